"""Shapes of changes of areas over the API."""

from typing import Any

from rest_framework import serializers

from core.serializers import StrictSerializer
from grids.jobs import drawn
from grids.models import AreaJob
from grids.services.change_plan import ChangePlan


def _codes(longest: int = 15) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=longest), required=False, max_length=20
    )


class ChangeInput(StrictSerializer):
    """What is to change. ``area``: the code it is about. split: ``cut`` or ``outlines``; merge: ``others``;
    retire: ``successors``; border: ``others`` (one) and ``cut`` or ``outlines``; move and abolish: ``to``."""

    kind = serializers.ChoiceField(choices=AreaJob.Kind.choices)
    area = serializers.CharField(max_length=15)
    reason = serializers.CharField(max_length=500)
    others = _codes()
    successors = _codes()
    to = serializers.CharField(max_length=15, required=False, allow_blank=True)
    cut = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2),
        min_length=2, max_length=2, required=False, allow_null=True, help_text="two of [lon, lat]",
    )  # fmt: skip
    outlines = serializers.JSONField(required=False, help_text="GeoJSON FeatureCollection of Polygons")
    fit = serializers.BooleanField(
        required=False, help_text="cut the outlines to the ground; what they leave is one more part"
    )
    codes = _codes()
    names = _codes(100)
    datum = serializers.ChoiceField(choices=["WGS84", "CGCS2000", "GCJ02"], required=False)
    people = serializers.ChoiceField(
        choices=["move", "end"], required=False, help_text="whether posts to areas that end move along"
    )


class ChangeApply(ChangeInput):
    """The same with the token of its preview."""

    token = serializers.RegexField(r"^[0-9a-f]{64}$")


class FlowShape(serializers.Serializer[Any]):
    """How many rows go from one area to another, in all and by what they are."""

    source = serializers.CharField()  # type: ignore[assignment]
    target = serializers.CharField()
    count = serializers.IntegerField()
    parts = serializers.SerializerMethodField()

    def get_parts(self, flow: Any) -> dict[str, int]:
        """Counts by words, e.g. of a stage."""
        return {str(label): count for label, count in flow.parts}


class OutlookShape(serializers.Serializer[Any]):
    """What moves and what stays, of one kind of row."""

    what = serializers.CharField()
    flows = FlowShape(many=True)
    stay = serializers.IntegerField(help_text="done already, and so left where they are")
    remarks = serializers.ListField(child=serializers.CharField())


class TouchedShape(serializers.Serializer[Any]):
    """One person who loses or gains something."""

    name = serializers.CharField()
    role = serializers.CharField()
    place = serializers.CharField()
    effect = serializers.CharField()


class PreviewShape(serializers.Serializer[Any]):
    """Everything a change would do; it is applied by its token, unless ``errors`` forbid it."""

    token = serializers.CharField()
    ended = serializers.SerializerMethodField()
    made = serializers.SerializerMethodField()
    altered = serializers.SerializerMethodField()
    errors = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]
    remarks = serializers.ListField(child=serializers.CharField())
    people = TouchedShape(many=True)
    units = serializers.IntegerField()
    outlooks = OutlookShape(many=True)
    moving = serializers.IntegerField()
    outlines = serializers.SerializerMethodField()

    def get_ended(self, plan: ChangePlan) -> list[str]:
        """Codes of the areas that end."""
        return [area.code for area in plan.ended]

    def get_made(self, plan: ChangePlan) -> list[str]:
        """Codes of the grids that are made."""
        return [new.code for new in plan.made]

    def get_altered(self, plan: ChangePlan) -> list[str]:
        """Codes of the areas that get another outline or parent."""
        return [one.area.code for one in plan.altered]

    def get_outlines(self, plan: ChangePlan) -> dict[str, Any]:
        """The outlines as they would be, as GeoJSON."""
        return drawn(plan)


class JobShape(serializers.ModelSerializer[AreaJob]):
    """One change and how far what lies there has followed."""

    kind_label = serializers.CharField(source="get_kind_display")
    state_label = serializers.CharField(source="get_state_display")
    area = serializers.CharField(source="area.code")
    actor = serializers.CharField(source="actor.name", allow_null=True, default=None)
    ended = serializers.ListField(source="facts.ended", child=serializers.CharField())
    made = serializers.ListField(source="facts.made", child=serializers.CharField())
    heirs = serializers.ListField(source="facts.heirs", child=serializers.CharField())

    class Meta:
        model = AreaJob
        fields = [
            "id", "kind", "kind_label", "state", "state_label", "area", "ended", "made", "heirs", "total",
            "done", "error", "reason", "actor", "created_at", "finished_at",
        ]  # fmt: skip


class AppliedShape(serializers.Serializer[Any]):
    """The job under which the rest follows."""

    job = serializers.IntegerField()
    state = serializers.CharField()
