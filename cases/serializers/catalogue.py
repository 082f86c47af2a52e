"""Shapes of classes, filing conditions and reasons."""

from typing import Any

from rest_framework import serializers

from cases.models import CaseClass, FilingCondition
from core.serializers import StrictSerializer


class CaseClassSerializer(serializers.ModelSerializer[CaseClass]):
    """A class as a choice; ``label`` in the reader's language as far as there is one."""

    key = serializers.CharField(help_text="how a class is named in input, such as matter-06010")
    label = serializers.CharField(source="__str__")  # type: ignore[assignment]
    kind_label = serializers.CharField(source="get_kind_display")
    line_label = serializers.CharField(source="get_line_display")

    class Meta:
        model = CaseClass
        fields = [
            "key", "kind", "kind_label", "code", "major_code", "major", "name", "name_en", "label", "line",
            "line_label",
        ]  # fmt: skip


class ConditionSerializer(serializers.ModelSerializer[FilingCondition]):
    """When the class is filed, what closes it, and within which time it is handled."""

    limit_label = serializers.CharField(source="get_limit_unit_display")
    track_label = serializers.CharField(source="get_track_display")

    class Meta:
        model = FilingCondition
        fields = [
            "seq", "text", "closing", "limit_value", "limit_unit", "limit_label", "basis", "track",
            "track_label",
        ]  # fmt: skip


class CaseClassDetail(CaseClassSerializer):
    """A class with its filing conditions."""

    conditions = ConditionSerializer(many=True)

    class Meta(CaseClassSerializer.Meta):
        fields = [*CaseClassSerializer.Meta.fields, "conditions"]


class ClassQuery(StrictSerializer):
    """Words of the name or the beginning of the code, a kind, a line of work."""

    q = serializers.CharField(required=False, max_length=50)
    kind = serializers.ChoiceField(choices=CaseClass.Kind.choices, required=False)
    line = serializers.ChoiceField(choices=CaseClass._meta.get_field("line").choices or (), required=False)


class ReasonSerializer(serializers.Serializer[Any]):
    """A reason for rejecting a report."""

    reason = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
