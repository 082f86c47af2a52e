"""Shapes of standing plans."""

from typing import Any

from rest_framework import serializers

from cases.models import StandingPlan
from cases.serializers.case import UnitRef
from core.serializers import PageQuery, StrictSerializer
from grids.serializers import PlaceSerializer


class StandingPlanSerializer(serializers.ModelSerializer[StandingPlan]):
    """One version of a standing plan."""

    state_label = serializers.CharField(source="get_state_display")
    case_class = serializers.CharField(source="case_class.key")
    class_label = serializers.CharField(source="case_class.__str__")
    area = PlaceSerializer()
    lead_unit = UnitRef()
    assisting_units = UnitRef(many=True)
    measures = serializers.ListField(child=serializers.CharField())
    author = serializers.CharField(source="author.name")
    approver = serializers.CharField(source="approver.name", allow_null=True, default=None)

    class Meta:
        model = StandingPlan
        fields = [
            "id", "case_class", "class_label", "area", "version", "state", "state_label", "measures",
            "lead_unit", "assisting_units", "author", "approver", "valid_from", "valid_to", "drafted_at",
            "approved_at",
        ]  # fmt: skip


class StandingPlanQuery(PageQuery):
    """Which plans: a state, an area's code."""

    state = serializers.ChoiceField(choices=StandingPlan.State.choices, required=False)
    area = serializers.CharField(required=False, max_length=15)


class StandingPlanInput(StrictSerializer):
    """A draft: the class, where it is to hold, what is done and by whom; open-ended from today by default."""

    area = serializers.CharField(max_length=15, help_text="code of a street or district")
    case_class = serializers.CharField(max_length=20)
    measures = serializers.ListField(child=serializers.CharField(max_length=500), max_length=30)
    lead_unit = serializers.CharField(max_length=30)
    assisting_units = serializers.ListField(
        child=serializers.CharField(max_length=30), required=False, max_length=20
    )
    valid_from = serializers.CharField(required=False, allow_null=True, max_length=10, help_text="a day")
    valid_to = serializers.CharField(required=False, allow_null=True, max_length=10, help_text="a day")


class StandingPlanAnswer(serializers.Serializer[Any]):
    """The draft that was made."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    state = serializers.CharField()
