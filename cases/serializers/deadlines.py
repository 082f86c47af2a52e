"""Shapes of a case's deadline and how it came about, and of supervisions."""

from typing import Any

from rest_framework import serializers

from cases.explain import Explanation
from cases.ladders import COMING, NEXT, PASSED
from cases.models import Case, Lamp
from cases.supervised import State
from cases.workflow import Asked


class RungSerializer(serializers.Serializer[Any]):
    """One rung of the ladder. Levels above 4 repeat the last one; ``at`` is null while the clock rests."""

    level = serializers.IntegerField(help_text="1 warning, 2 overdue, 3 and 4 supervision levels 2 and 3")
    label = serializers.CharField()  # type: ignore[assignment]
    percent = serializers.IntegerField(help_text="of the limit")
    at = serializers.DateTimeField(allow_null=True)
    state = serializers.ChoiceField(choices=[PASSED, NEXT, COMING])
    hears = serializers.ListField(child=serializers.CharField(), help_text="who hears, in words")
    supervision = serializers.IntegerField(help_text="the level of supervision it attaches, 0 for none")


class TurnSerializer(serializers.Serializer[Any]):
    """Something that happened to the clock, or a rung."""

    at = serializers.DateTimeField()
    stage = serializers.CharField()
    what = serializers.CharField()
    limit = serializers.CharField(help_text="in words; empty where it did not change")
    spent = serializers.IntegerField(help_text="seconds counted before it ran on from here")
    total = serializers.IntegerField(help_text="seconds in all; 0 where it did not change")
    calendar = serializers.CharField(help_text="calendar and version; empty for day and night")
    due = serializers.DateTimeField(allow_null=True)


class DaysSerializer(serializers.Serializer[Any]):
    """Days one after another that counted alike."""

    first = serializers.DateField()
    last = serializers.DateField()
    hours = serializers.ListField(child=serializers.CharField(), help_text="of each day, such as 09:00–12:30")
    seconds = serializers.IntegerField(help_text="counted in all of these days")
    sum = serializers.IntegerField(help_text="counted up to their end, with what was spent before")
    special = serializers.CharField(help_text="a holiday or a make-up working day, in words")


class BesideSerializer(serializers.Serializer[Any]):
    """What else is to come due."""

    at = serializers.DateTimeField()
    what = serializers.CharField()


class WatchSerializer(serializers.Serializer[Any]):
    """A supervision (督办): attached by hand in a role, or by the ladder with a level from 1 to 3."""

    level = serializers.IntegerField(help_text="1 to 3 by the ladder, 0 by hand")
    by = serializers.CharField()
    role = serializers.CharField(help_text="the role it was attached in; empty by the ladder")
    at = serializers.DateTimeField()
    asked = serializers.ChoiceField(choices=Asked.choices)
    reply_by = serializers.DateTimeField(allow_null=True)
    replied_at = serializers.DateTimeField(allow_null=True)
    replied_by = serializers.CharField()
    answered_late = serializers.BooleanField()
    state = serializers.ChoiceField(choices=State.choices)
    event = serializers.IntegerField(help_text="number of the event in the case's history")


class DeadlineSerializer(serializers.Serializer[Any]):
    """How a case stands to its deadline, and how that came about. Words are in the caller's language."""

    lamp = serializers.ChoiceField(choices=Lamp.choices, allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    left_seconds = serializers.IntegerField(allow_null=True, help_text="in the clock's own time")
    words = serializers.CharField()
    escalation = serializers.IntegerField()
    overdue_at = serializers.DateTimeField(allow_null=True)
    overdue_waived = serializers.BooleanField()
    first_due_at = serializers.DateTimeField(allow_null=True, help_text="the first handling deadline")
    age_seconds = serializers.IntegerField(help_text="from the report to now or the end, day and night")
    unpublished = serializers.BooleanField(
        help_text="the deadline lies in a year whose holidays are not published yet"
    )
    since = serializers.DateTimeField(allow_null=True, help_text="from when the clock last ran on")
    spent_seconds = serializers.IntegerField()
    total_seconds = serializers.IntegerField()
    limit = serializers.CharField()
    calendar = serializers.CharField()
    ladder = RungSerializer(many=True)
    beside = BesideSerializer(many=True)
    days = DaysSerializer(many=True)
    more_days = serializers.IntegerField(help_text="how many further lines of days there are")
    turns = TurnSerializer(many=True)


def deadline_shape(case: Case, told: Explanation) -> dict[str, Any]:
    """What ``DeadlineSerializer`` takes."""
    standing = told.seen.standing
    kept = ("due_at", "escalation", "overdue_at", "overdue_waived", "first_due_at")
    return {
        **{name: getattr(case, name) for name in kept},
        **{name: getattr(told, name) for name in ("since", "limit", "calendar", "beside", "days", "turns")},
        "lamp": standing.lamp.value if standing else None,
        "left_seconds": standing.seconds if standing else None,
        "words": standing.words if standing else "",
        "age_seconds": told.seen.age_seconds,
        "unpublished": told.seen.unpublished,
        "spent_seconds": case.clock_spent,
        "total_seconds": case.clock_total,
        "ladder": told.seen.ladder,
        "more_days": told.more,
    }
