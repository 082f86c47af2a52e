"""Shapes of plans submitted or approved many at a time."""

from typing import Any

from rest_framework import serializers

from cases.models import PlanBatch, PlanBatchItem
from cases.plan_picks import MOST
from cases.serializers.case import CaseRow, PlanSerializer, UnitRef
from cases.serializers.steps import TemplateRef
from cases.serializers.templates import PlanTemplateSerializer
from core.serializers import PageQuery

_KINDS = PlanBatch.Kind.choices


class ChoiceQuery(PageQuery):
    """Which cases to choose from: those that wait for a plan ("submit") or for a decision ("approve")."""

    kind = serializers.ChoiceField(choices=_KINDS)
    plan = serializers.ChoiceField(choices=["template", "unchanged", "other"], required=False)
    street = serializers.CharField(required=False, max_length=15)
    q = serializers.CharField(required=False, max_length=100)


class PickInput(serializers.Serializer[Any]):
    """A case in the version it was seen in; to submit, with its template."""

    number = serializers.CharField(max_length=19)
    version = serializers.IntegerField(min_value=1)
    template = TemplateRef(required=False)


class ChoiceInput(serializers.Serializer[Any]):
    """The cases chosen, and what for."""

    kind = serializers.ChoiceField(choices=_KINDS)
    cases = serializers.ListField(child=PickInput(), max_length=MOST, min_length=1)


class WaitingSerializer(serializers.Serializer[Any]):
    """A case to choose: its templates where a plan is to be submitted, its plan where one is decided on."""

    case = CaseRow()
    templates = PlanTemplateSerializer(many=True, required=False)
    plan = serializers.SerializerMethodField()
    own = serializers.BooleanField(required=False, help_text="by the caller, or who they stand in for")
    together = serializers.BooleanField(required=False, help_text="an unchanged template, free to decide on")

    def get_plan(self, row: dict[str, Any]) -> dict[str, Any] | None:
        """The plan that waits for the decision."""
        plan = row.get("plan")
        return dict(PlanSerializer(plan).data) if plan else None


class GroupSerializer(serializers.Serializer[Any]):
    """Cases whose plans say the same."""

    title = serializers.CharField()
    version = serializers.IntegerField()
    case_class = serializers.CharField(source="case_class.key")
    count = serializers.IntegerField()
    measures = serializers.ListField(child=serializers.CharField())
    lead_unit = UnitRef()
    assisting_units = UnitRef(many=True)
    finish_first = serializers.DateTimeField()
    finish_last = serializers.DateTimeField()
    numbers = serializers.SerializerMethodField()

    def get_numbers(self, group: Any) -> list[str]:
        """The cases."""
        return [pick.number for pick in group.picks]


class LeftOutSerializer(serializers.Serializer[Any]):
    """A case that can't go with the others, and why."""

    number = serializers.CharField()
    detail = serializers.CharField()


class SummarySerializer(serializers.Serializer[Any]):
    """What would be done."""

    total = serializers.IntegerField()
    groups = GroupSerializer(many=True)
    left_out = serializers.SerializerMethodField()

    def get_left_out(self, summary: Any) -> list[dict[str, str]]:
        """Those that can't go with the others."""
        return [{"number": number, "detail": str(sentence)} for number, sentence in summary.left_out]


class BatchItemSerializer(serializers.ModelSerializer[PlanBatchItem]):
    """One case of a batch; ``words`` say why it was left out."""

    class Meta:
        model = PlanBatchItem
        fields = ["seq", "number", "version", "state", "words"]


class BatchSerializer(serializers.ModelSerializer[PlanBatch]):
    """A batch with what came of each case so far; post to it again while some are waiting."""

    items = BatchItemSerializer(many=True)

    class Meta:
        model = PlanBatch
        fields = ["id", "kind", "opened_at", "finished_at", "items"]
