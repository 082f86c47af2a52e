"""Shapes of queries over cases."""

import math
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.roles import Line
from cases.filters import BY_DEADLINE
from cases.marks import MARKS
from cases.models import Lamp
from cases.models.case import Source
from cases.workflow import Stage, Track
from core.serializers import PageQuery, StrictSerializer
from grids.serializers import PlaceQuery


def _many(child: serializers.Field[Any, Any, Any, Any]) -> serializers.ListField:
    return serializers.ListField(child=child, required=False, max_length=50)


def _codes(length: int) -> serializers.ListField:
    return _many(serializers.CharField(max_length=length))


_YEARS = _("Give a day between 2000 and 2100.")


class MomentField(serializers.DateTimeField):
    """A moment or a day; a day is its beginning in Asia/Shanghai."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["iso-8601", "%Y-%m-%d"], required=False, **kwargs)

    def to_internal_value(self, value: Any) -> Any:
        """As usual, within the years a database keeps in every time zone."""
        try:
            moment = super().to_internal_value(value)
        except OverflowError:
            raise serializers.ValidationError([_YEARS]) from None
        if not 2000 <= moment.year <= 2100:
            raise serializers.ValidationError([_YEARS])
        return moment


class CaseFilter(StrictSerializer):
    """Which cases: names repeated in the query are alternatives, different names narrow together."""

    stage = _many(serializers.ChoiceField(choices=Stage.choices))
    track = _many(serializers.ChoiceField(choices=Track.choices))
    line = _many(serializers.ChoiceField(choices=Line.choices))
    source = _many(serializers.ChoiceField(choices=Source.choices))  # type: ignore[assignment]
    district, street = _codes(15), _codes(15)
    community, grid = _codes(15), _codes(15)
    unit = _codes(30)
    mark = _many(serializers.ChoiceField(choices=list(MARKS.items())))
    lamp = _many(serializers.ChoiceField(choices=Lamp.choices))
    escalation = _many(serializers.IntegerField(min_value=0, max_value=3))
    overdue = serializers.BooleanField(
        required=False, allow_null=True, default=None,
        help_text="was late in some stage, and no appeal took it off the overdue counts",
    )  # fmt: skip
    open = serializers.BooleanField(required=False, allow_null=True, default=None)
    since = MomentField(help_text="opened at this moment or day, or later")
    until = MomentField(help_text="opened before this moment or day")
    q = serializers.CharField(required=False, max_length=100, help_text="number, address, text or phone")

    def get_fields(self) -> dict[str, Any]:
        """``class`` is a word of Python, so it can't stand above."""
        help_text = "a class by its key, such as matter-06010"
        named = serializers.CharField(required=False, max_length=20, help_text=help_text)
        return {**super().get_fields(), "class": named}


class CaseQuery(CaseFilter, PageQuery):
    """The same, page by page."""

    sort = serializers.ChoiceField(
        choices=[(BY_DEADLINE, "due")], required=False, default="", allow_blank=True,
        help_text="due: by deadline, only cases whose clock runs; newest first when left out",
    )  # fmt: skip


class BoxField(serializers.CharField):
    """west,south,east,north in degrees."""

    def to_internal_value(self, data: Any) -> Any:
        """Four numbers in order."""
        try:
            west, south, east, north = (float(part) for part in super().to_internal_value(data).split(","))
        except ValueError:
            raise serializers.ValidationError([_BOX]) from None
        finite = all(math.isfinite(side) for side in (west, south, east, north))
        if not (finite and -180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise serializers.ValidationError([_BOX])
        return (west, south, east, north)


_BOX = _("A box is given as west,south,east,north in degrees.")


class MapQuery(CaseFilter):
    """Cases within a box, counted by cells where there are too many."""

    bbox = BoxField(max_length=120, help_text="west,south,east,north in degrees, WGS 84")
    zoom = serializers.IntegerField(min_value=0, max_value=22, required=False)


class SimilarQuery(PlaceQuery):
    """A place and, if known, a class."""

    def get_fields(self) -> dict[str, Any]:
        """``class`` is a word of Python."""
        return {**super().get_fields(), "class": serializers.CharField(required=False, max_length=20)}


class CandidateQuery(StrictSerializer):
    """The step that names a person."""

    action = serializers.CharField(max_length=20)
