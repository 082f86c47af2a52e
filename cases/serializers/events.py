"""Shapes of a case's history, with what rungs and clocks say in it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.deadlines import RULES
from cases.models import CaseEvent
from cases.wording_late import clock_words, limit_words, rung_words
from cases.workflow import Action


class RungFact(serializers.Serializer[Any]):
    """What came due (action ``escalate``): a rung of the stage's ladder, or what runs beside it.

    ``at`` of the event is when it was written, ``due`` the rung's own moment.
    """

    rule = serializers.ChoiceField(choices=RULES, help_text="stage: the ladder")
    level = serializers.IntegerField(
        help_text="of the ladder: 1 warning, 2 overdue, 3 and 4 supervision levels 2 and 3, above: repeated"
    )
    words = serializers.CharField()
    due = serializers.DateTimeField(allow_null=True)
    supervision = serializers.IntegerField(help_text="the level of supervision it attached, 0 for none")
    recorded = serializers.BooleanField(help_text="written down afterwards; nobody was told")
    outrun = serializers.BooleanField(help_text="a later level came due at the same time; nobody was told")


class ClockFact(serializers.Serializer[Any]):
    """What a step did to the clock: how, and what runs since; seconds are working or continuous."""

    how = serializers.CharField(help_text="start, plan, later, resume, extend, pause, rearm or stop")
    words = serializers.CharField()
    limit = serializers.CharField(help_text="in words; empty where none is named")
    spent = serializers.IntegerField(allow_null=True)
    total = serializers.IntegerField(allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    calendar = serializers.IntegerField(
        allow_null=True, help_text="version it runs by; null for day and night"
    )
    due = serializers.DateTimeField(allow_null=True)


class EventSerializer(serializers.ModelSerializer[CaseEvent]):
    """One step taken, with its facts and the hash that chains it to the one before."""

    action_label = serializers.CharField(source="get_action_display")
    actor = serializers.CharField(source="actor.name", allow_null=True, default=None)
    facts = serializers.DictField()
    rung = serializers.SerializerMethodField(help_text="null unless something came due")
    clock = serializers.SerializerMethodField(help_text="null where the clock was left alone")

    class Meta:
        model = CaseEvent
        fields = [
            "seq", "action", "action_label", "actor", "role", "at", "from_stage", "to_stage", "version",
            "facts", "rung", "clock", "previous_hash", "hash",
        ]  # fmt: skip

    @extend_schema_field(RungFact(allow_null=True))
    def get_rung(self, event: CaseEvent) -> dict[str, Any] | None:
        """What came due."""
        if event.action != Action.ESCALATE:
            return None
        data = event.data
        marks = {name: bool(data.get(name)) for name in ("recorded", "outrun")}
        named = {"rule": data.get("rule", ""), "level": data.get("level", 0), "due": data.get("due")}
        return {**named, "words": rung_words(data), "supervision": data.get("supervision", 0), **marks}

    @extend_schema_field(ClockFact(allow_null=True))
    def get_clock(self, event: CaseEvent) -> dict[str, Any] | None:
        """What became of the clock."""
        clock = event.data.get("clock")
        if not isinstance(clock, dict):
            return None
        kept = {name: clock.get(name) for name in ("spent", "total", "since", "calendar", "due")}
        how = str(clock.get("how", ""))
        return {"how": how, "words": clock_words(how), "limit": limit_words(clock.get("limit")), **kept}
