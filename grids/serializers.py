"""Shapes of places and postings."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.serializers import PageQuery, StrictSerializer
from grids.models import Area, Posting

_LEVELS = Area.Level.choices
_DATUMS = ["WGS84", "CGCS2000", "GCJ02"]


class AreaSerializer(serializers.ModelSerializer[Area]):
    """An area without its outline. ``made_up``: the outline is generated, no official one is public."""

    level_label = serializers.CharField(source="get_level_display")
    parent = serializers.CharField(source="parent.code", allow_null=True, default=None)  # type: ignore[assignment]
    district = serializers.CharField(source="district.code", allow_null=True, default=None)
    street = serializers.CharField(source="street.code", allow_null=True, default=None)
    community = serializers.CharField(source="community.code", allow_null=True, default=None)

    class Meta:
        model = Area
        fields = [
            "code", "name", "short_name", "level", "level_label", "parent", "district", "street",
            "community", "made_up", "code_provisional", "valid_from", "valid_to", "min_lon", "min_lat",
            "max_lon", "max_lat", "centre_lon", "centre_lat",
        ]  # fmt: skip


class AreaQuery(PageQuery):
    """Which areas: a level, a parent's code, words of the name or the beginning of the code."""

    level = serializers.ChoiceField(choices=_LEVELS, required=False)
    parent = serializers.CharField(required=False, max_length=15)  # type: ignore[assignment]
    q = serializers.CharField(required=False, max_length=50)


class OutlineQuery(StrictSerializer):
    """One level, everything of it in the scope or what lies below ``parent`` (a code)."""

    level = serializers.ChoiceField(choices=_LEVELS)
    parent = serializers.CharField(required=False, max_length=15)  # type: ignore[assignment]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Thousands of grids are never drawn at once."""
        if attrs["level"] == Area.Level.GRID and not attrs.get("parent"):
            raise serializers.ValidationError({"parent": [_("Grids are drawn below a parent; name it.")]})
        return attrs


class PlaceQuery(StrictSerializer):
    """A position in degrees, in WGS 84 unless its datum is named."""

    lon = serializers.FloatField(min_value=-180, max_value=180)
    lat = serializers.FloatField(min_value=-90, max_value=90)
    datum = serializers.ChoiceField(choices=_DATUMS, required=False, default="WGS84")


class PlaceSerializer(serializers.Serializer[Any]):
    """Code, name and whether the outline is made up."""

    code = serializers.CharField()
    name = serializers.CharField(source="short_name")
    made_up = serializers.BooleanField()


class LocatedSerializer(serializers.Serializer[Any]):
    """Where a point lies, all four levels; ``lon`` and ``lat`` in WGS 84."""

    lon = serializers.FloatField()
    lat = serializers.FloatField()
    grid = PlaceSerializer()
    community = PlaceSerializer()
    street = PlaceSerializer()
    district = PlaceSerializer()


class OutlineProperties(serializers.Serializer[Any]):
    """What a drawn area is."""

    code = serializers.CharField()
    name = serializers.CharField()
    level = serializers.CharField()
    made_up = serializers.BooleanField()
    code_provisional = serializers.BooleanField()


class OutlineFeature(serializers.Serializer[Any]):
    """One GeoJSON feature."""

    type = serializers.CharField(help_text="Feature")
    geometry = serializers.DictField(help_text="a GeoJSON geometry in WGS 84, simplified")
    properties = OutlineProperties()


class OutlineCollection(serializers.Serializer[Any]):
    """A GeoJSON feature collection; ``truncated`` when more areas would have to be drawn."""

    type = serializers.CharField(help_text="FeatureCollection")
    features = OutlineFeature(many=True)
    truncated = serializers.BooleanField()


class UnitCalendarInput(StrictSerializer):
    """A unit's own calendar of working time by its code; null or "" for the usual one of its kind."""

    calendar = serializers.CharField(max_length=30, allow_null=True, allow_blank=True)


class UnitCalendarShape(serializers.Serializer[Any]):
    """The unit and the calendar it was given, "" for the usual one."""

    unit = serializers.CharField()
    calendar = serializers.CharField()


class PostingSerializer(serializers.ModelSerializer[Posting]):
    """A role in an area or a unit."""

    role_label = serializers.CharField(source="get_role_display")
    area = PlaceSerializer(allow_null=True)
    unit = serializers.CharField(source="unit.code", allow_null=True, default=None)
    unit_name = serializers.CharField(source="unit.name", allow_null=True, default=None)
    deputy_of = serializers.CharField(source="deputy_of.name", allow_null=True, default=None)

    class Meta:
        model = Posting
        fields = ["role", "role_label", "area", "unit", "unit_name", "starts_at", "ends_at", "deputy_of"]
