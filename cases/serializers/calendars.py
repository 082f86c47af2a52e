"""Shapes of calendars of working time."""

from typing import Any

from rest_framework import serializers

from cases.calendars.words import UNITS
from core.models import Calendar, CalendarVersion
from core.serializers import StrictSerializer
from core.worktime import Kind

_KINDS = [(kind.value, kind.value) for kind in Kind]
_WEEKDAY = "1 for Monday to 7 for Sunday"


class ShiftShape(StrictSerializer):
    """Working hours on some weekdays; several shifts a day may touch and don't overlap."""

    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), max_length=7, help_text=_WEEKDAY
    )
    valid_from = serializers.CharField(
        required=False, allow_null=True, max_length=10, help_text="first day, if it has one"
    )
    valid_to = serializers.CharField(
        required=False, allow_null=True, max_length=10, help_text="last day, if it has one"
    )

    def get_fields(self) -> dict[str, Any]:
        """Two of the names can't be written as attributes."""
        times = {
            "from": serializers.CharField(max_length=5, help_text="such as 09:00"),
            "to": serializers.CharField(max_length=5, help_text="such as 12:30; a day ends at 24:00"),
        }
        return {**super().get_fields(), **times}


class SpecialDayShape(StrictSerializer):
    """A day off, or one worked with the shifts of the weekday it is ``like``, Monday if none is named."""

    date = serializers.CharField(max_length=10, help_text="such as 2026-10-01")
    kind = serializers.ChoiceField(choices=_KINDS)
    name = serializers.CharField(required=False, allow_blank=True, allow_null=True, max_length=60)
    like = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=7, help_text=_WEEKDAY
    )


class CalendarRef(serializers.ModelSerializer[Calendar]):
    """A calendar without what it says; ``label`` in the reader's language as far as there is one."""

    label = serializers.CharField(source="__str__")  # type: ignore[assignment]
    version = serializers.IntegerField(source="current.number")
    made_at = serializers.DateTimeField(source="current.made_at")
    made_by = serializers.CharField(source="current.made_by.name", allow_null=True, default=None)
    published_until = serializers.IntegerField(
        source="current.published_until", allow_null=True,
        help_text="last year whose holidays are known; null where none have to be published",
    )  # fmt: skip
    units = serializers.IntegerField(source="unit_count", help_text="units with it as their own")

    class Meta:
        model = Calendar
        fields = [
            "code",
            "name",
            "name_en",
            "label",
            "version",
            "made_at",
            "made_by",
            "published_until",
            "units",
        ]


class CalendarDetail(CalendarRef):
    """A calendar with what its version in force says."""

    shifts = ShiftShape(many=True, source="current.shifts")
    days = SpecialDayShape(many=True, source="current.days")
    standard_day_minutes = serializers.IntegerField(source="current.standard_day_minutes")

    class Meta(CalendarRef.Meta):
        fields = [*CalendarRef.Meta.fields, "shifts", "days", "standard_day_minutes"]


class VersionShape(serializers.ModelSerializer[CalendarVersion]):
    """One version of a calendar: who made it, when and why."""

    made_by = serializers.CharField(source="made_by.name", allow_null=True, default=None)

    class Meta:
        model = CalendarVersion
        fields = ["number", "made_at", "made_by", "reason"]


class VersionDetail(VersionShape):
    """A version with what it says."""

    shifts = ShiftShape(many=True)
    days = SpecialDayShape(many=True)

    class Meta(VersionShape.Meta):
        fields = [*VersionShape.Meta.fields, "shifts", "days", "standard_day_minutes", "published_until"]


class CalendarInput(StrictSerializer):
    """What is to be different: each part as a whole; what is left out stays."""

    shifts = ShiftShape(many=True, required=False)
    days = SpecialDayShape(many=True, required=False)
    standard_day_minutes = serializers.IntegerField(required=False, min_value=60, max_value=1440)
    published_until = serializers.IntegerField(
        required=False, allow_null=True, min_value=1992, max_value=2100
    )


class CalendarChangeInput(CalendarInput):
    """The same, and why."""

    reason = serializers.CharField(max_length=500)


class CalendarAddInput(StrictSerializer):
    """A calendar that begins like another one, named by its code."""

    code = serializers.CharField(max_length=30, help_text="small letters, digits, hyphens")
    name = serializers.CharField(max_length=60)
    name_en = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    like = serializers.CharField(max_length=30)


class CalendarAnswer(serializers.Serializer[Any]):
    """The calendar, the number of its version in force, and the job under which cases follow."""

    calendar = serializers.CharField()
    version = serializers.IntegerField()
    job = serializers.IntegerField(required=False)


class SpecialShape(serializers.Serializer[Any]):
    """What a special day is."""

    kind = serializers.CharField()
    name = serializers.CharField()
    like = serializers.IntegerField(allow_null=True)


class TurnShape(serializers.Serializer[Any]):
    """Days whose kind changes alike; null where they are ordinary days."""

    first = serializers.DateField()
    last = serializers.DateField()
    before = SpecialShape(source="about.before", allow_null=True)
    after = SpecialShape(source="about.after", allow_null=True)


class YearSumShape(serializers.Serializer[Any]):
    """A year whose working time changes."""

    year = serializers.IntegerField()
    days_before = serializers.IntegerField()
    days_after = serializers.IntegerField()
    seconds_before = serializers.IntegerField()
    seconds_after = serializers.IntegerField()


class CalendarPreviewShape(serializers.Serializer[Any]):
    """What would be different from the version in force; ``changes`` is false when nothing would."""

    calendar = serializers.CharField(source="calendar.code")
    version = serializers.IntegerField(source="number")
    changes = serializers.BooleanField(source="difference.anything")
    shifts_added = ShiftShape(many=True, source="difference.shifts_added")
    shifts_removed = ShiftShape(many=True, source="difference.shifts_removed")
    standard_day_minutes = serializers.IntegerField(source="difference.after.standard_day_minutes")
    published_until = serializers.IntegerField(source="difference.after.published_until", allow_null=True)
    days = TurnShape(many=True, source="difference.days")
    years = YearSumShape(many=True, source="difference.years")
    cases = serializers.DictField(child=serializers.IntegerField(), source="numbers")


class ReckonQuery(StrictSerializer):
    """A limit: when it starts, how much of which unit."""

    start = serializers.DateTimeField()
    amount = serializers.IntegerField(min_value=1, max_value=1000)
    unit = serializers.ChoiceField(choices=[*UNITS])


class StretchShape(serializers.Serializer[Any]):
    """Days one after another of which the same hours counted; ``kind`` null for ordinary days."""

    first = serializers.DateField()
    last = serializers.DateField()
    days = serializers.IntegerField()
    hours = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()), help_text='such as [["09:00", "12:30"]]'
    )
    seconds = serializers.IntegerField()
    kind = serializers.CharField(allow_null=True)
    name = serializers.CharField()


class ReckonedShape(serializers.Serializer[Any]):
    """When the limit ends and how that comes about.

    ``unpublished``: it reaches into a year whose holidays are not published and may move once they are.
    """

    start = serializers.DateTimeField()
    deadline = serializers.DateTimeField()
    seconds = serializers.IntegerField()
    unpublished = serializers.BooleanField()
    stretches = StretchShape(many=True)
