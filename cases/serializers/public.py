"""Shapes of what a stranger sees: no people, no inner notes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.models import Case
from cases.workflow import Stage
from core.serializers import StrictSerializer


class PublicStep(serializers.Serializer[Any]):
    """When a case came into a stage."""

    stage = serializers.CharField()
    stage_label = serializers.CharField()
    at = serializers.DateTimeField()


class PublicCase(serializers.ModelSerializer[Case]):
    """A report as whoever holds its code sees it."""

    stage_label = serializers.CharField(source="get_stage_display")
    case_class = serializers.CharField(source="case_class.__str__", allow_null=True, default=None)
    street = serializers.CharField(source="street.short_name")
    community = serializers.CharField(source="community.short_name")
    history = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields = [
            "follow_code", "number", "version", "stage", "stage_label", "case_class", "street", "community",
            "opened_at", "closed_at", "history",
        ]  # fmt: skip

    @extend_schema_field(PublicStep(many=True))
    def get_history(self, case: Case) -> Any:
        """The stages it went through, with their times."""
        rows = [(stage, at) for source, stage, at in self.context["moves"] if source != stage]
        steps = [{"stage": stage, "stage_label": Stage(stage).label, "at": at} for stage, at in rows]
        return PublicStep(steps, many=True).data


class PublicSimilar(serializers.Serializer[Any]):
    """An open case nearby, as a stranger may see it; ``join`` names it for a day."""

    join = serializers.CharField()
    case_class = serializers.CharField(source="case_class.__str__")
    community = serializers.CharField(source="community.short_name")
    opened_at = serializers.DateTimeField()
    metres = serializers.FloatField()


class PublicJoin(StrictSerializer):
    """Name and number of whoever joins, if they want to be called."""

    reporter_name = serializers.CharField(required=False, max_length=60, allow_blank=True)
    reporter_phone = serializers.CharField(required=False, max_length=40, allow_blank=True)


class PublicAnswer(serializers.Serializer[Any]):
    """What a stranger gets for a report: its number and the code to follow it by."""

    number = serializers.CharField()
    follow_code = serializers.CharField()


class PublicPhoto(serializers.Serializer[Any]):
    """An uploaded photo, to be named by its id in the report."""

    id = serializers.UUIDField()
    sha256 = serializers.CharField(source="kept_sha256")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
