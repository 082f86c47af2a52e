"""Shapes of plan templates."""

from typing import Any

from rest_framework import serializers

from cases.models import PlanTemplate
from cases.serializers.case import UnitRef
from core.serializers import PageQuery, StrictSerializer
from grids.serializers import PlaceSerializer


class PlanTemplateSerializer(serializers.ModelSerializer[PlanTemplate]):
    """A template; ``retired_at`` is null while it is in use."""

    case_class = serializers.CharField(source="case_class.key")
    class_label = serializers.CharField(source="case_class.__str__")
    area = PlaceSerializer()
    lead_unit = UnitRef()
    assisting_units = UnitRef(many=True)
    measures = serializers.ListField(child=serializers.CharField())
    changed_by = serializers.CharField(source="changed_by.name")

    class Meta:
        model = PlanTemplate
        fields = [
            "id", "version", "title", "case_class", "class_label", "area", "measures", "lead_unit",
            "assisting_units", "finish_value", "finish_unit", "changed_by", "changed_at", "retired_at",
        ]  # fmt: skip


class PlanTemplateQuery(PageQuery):
    """Which templates: words of class or title; in use ("yes", the default), retired ("no") or "all"."""

    q = serializers.CharField(required=False, max_length=60)
    use = serializers.ChoiceField(choices=["yes", "no", "all"], required=False, default="yes")


class PlanTemplateChange(StrictSerializer):
    """What a template says."""

    title = serializers.CharField(max_length=60)
    measures = serializers.ListField(child=serializers.CharField(max_length=500), max_length=30)
    lead_unit = serializers.CharField(max_length=30)
    assisting_units = serializers.ListField(
        child=serializers.CharField(max_length=30), required=False, max_length=20
    )
    finish_value = serializers.IntegerField(min_value=1, max_value=366)
    finish_unit = serializers.ChoiceField(choices=PlanTemplate.FinishUnit.choices)


class PlanTemplateInput(PlanTemplateChange):
    """A new template: the same with its class and district."""

    area = serializers.CharField(max_length=15, help_text="code of a district")
    case_class = serializers.CharField(max_length=20)


class PlanTemplateAnswer(serializers.Serializer[Any]):
    """The template that was written."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
