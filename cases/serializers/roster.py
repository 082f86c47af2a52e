"""Shapes of absences, deputies, duty turns, and of who has what."""

from typing import Any

from rest_framework import serializers

from accounts.models import User
from cases.models import Case
from cases.serializers.case import CaseRow
from core.serializers import PageQuery, StrictSerializer
from grids.models import Absence, DutyTurn, Posting
from grids.roster_pages import STATES

_PLACE = "a street by its code, or a unit as unit: and its code"


class AbsenceSerializer(serializers.ModelSerializer[Absence]):
    """When somebody is away; ``ends_at`` is no part of it."""

    person = serializers.CharField(source="person.username")
    person_name = serializers.CharField(source="person.name")
    kind_label = serializers.CharField(source="get_kind_display")
    deputy = serializers.CharField(source="deputy.username", allow_null=True, default=None)

    class Meta:
        model = Absence
        fields = [
            "id", "person", "person_name", "kind", "kind_label", "starts_at", "ends_at", "deputy",
            "hand_over", "handed_at",
        ]  # fmt: skip


class AbsenceQuery(PageQuery):
    """Which absences: those that last or are to come when nothing is said, past ones, or all."""

    state = serializers.ChoiceField(choices=[state for state in STATES if state], required=False)


class AbsenceChange(StrictSerializer):
    """What is said about an absence."""

    kind = serializers.ChoiceField(choices=Absence.Kind.choices)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(help_text="no part of the absence any more")
    deputy = serializers.CharField(required=False, default="", max_length=50, allow_blank=True)
    hand_over = serializers.BooleanField(
        required=False, default=False, help_text="pass open tasks on when it begins, if it begins later"
    )


class AbsenceInput(AbsenceChange):
    """The same, and whose it is; one's own when nobody is named."""

    person = serializers.CharField(required=False, default="", max_length=50)


class AbsenceAnswer(serializers.Serializer[Any]):
    """``begun``: it lasts already, so open tasks are for whoever enters it to hand over."""

    absence = serializers.IntegerField()
    person = serializers.CharField()
    begun = serializers.BooleanField(required=False)
    warnings = serializers.ListField(child=serializers.CharField(), required=False)


class DeputySerializer(serializers.ModelSerializer[Posting]):
    """A posting by which somebody stands in for another."""

    person = serializers.CharField(source="user.username")
    deputy_of = serializers.CharField(source="deputy_of.username")
    area = serializers.CharField(source="area.code", allow_null=True, default=None)
    unit = serializers.CharField(source="unit.code", allow_null=True, default=None)

    class Meta:
        model = Posting
        fields = ["person", "deputy_of", "role", "area", "unit", "starts_at", "ends_at"]


class DutySerializer(serializers.ModelSerializer[DutyTurn]):
    """Who is on duty where, from when to when."""

    person = serializers.CharField(source="person.username")
    person_name = serializers.CharField(source="person.name")
    area = serializers.CharField(source="area.code", allow_null=True, default=None)
    unit = serializers.CharField(source="unit.code", allow_null=True, default=None)

    class Meta:
        model = DutyTurn
        fields = ["id", "person", "person_name", "area", "unit", "starts_at", "ends_at"]


class DutyQuery(PageQuery):
    """Which turns: those that touch the time between ``since`` and ``until``, of a place."""

    place = serializers.CharField(required=False, max_length=40, help_text=_PLACE)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class DutyInput(StrictSerializer):
    """One turn."""

    place = serializers.CharField(max_length=40, help_text=_PLACE)
    person = serializers.CharField(max_length=50)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class DutyWeekInput(StrictSerializer):
    """The turns of the week a day lies in, by ``2026-11-23:day`` or ``:night``; "" for nobody."""

    place = serializers.CharField(max_length=40, help_text=_PLACE)
    week = serializers.DateField()
    slots = serializers.DictField(child=serializers.CharField(max_length=50, allow_blank=True))


class DutyCopyInput(StrictSerializer):
    """The week whose empty turns are to be filled as in the week before."""

    place = serializers.CharField(max_length=40, help_text=_PLACE)
    week = serializers.DateField()


class DutyAnswer(serializers.Serializer[Any]):
    """The turn."""

    turn = serializers.IntegerField()


class DutyChanged(serializers.Serializer[Any]):
    """How many turns changed."""

    changed = serializers.IntegerField()


class TeamQuery(StrictSerializer):
    """Which street or unit; the first one kept when nothing is said."""

    place = serializers.CharField(required=False, default="", max_length=40, help_text=_PLACE)


class TeamMember(serializers.ModelSerializer[User]):
    """Somebody of a squad or unit with what they have."""

    open = serializers.IntegerField(help_text="open tasks there")
    late = serializers.IntegerField(help_text="how many of them are overdue")
    oldest = serializers.DateTimeField(allow_null=True, help_text="since when the oldest waits")
    away = serializers.BooleanField()
    duty = serializers.BooleanField(help_text="on duty there now")

    class Meta:
        model = User
        fields = ["username", "name", "open", "late", "oldest", "away", "duty"]


class TaskQuery(PageQuery):
    """Which tasks: those of a person, or the pool of a street or unit; one's own pool when neither."""

    person = serializers.CharField(required=False, max_length=50)
    place = serializers.CharField(required=False, max_length=40, help_text=_PLACE)


class TaskRow(CaseRow):
    """A case with what handing it over has to name."""

    held_by = serializers.SerializerMethodField(help_text="login name of whoever has it, - for nobody")

    class Meta(CaseRow.Meta):
        fields = [*CaseRow.Meta.fields, "held_by"]

    def get_held_by(self, case: Case) -> str:
        """The holder, as ``Picked`` takes it."""
        return case.assignee.username if case.assignee else "-"


class PickedInput(StrictSerializer):
    """A task as it was seen."""

    number = serializers.RegexField(r"^[0-9]{19}$")
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    held_by = serializers.CharField(max_length=150)


class HandOverInput(StrictSerializer):
    """At most 100 tasks, and to whom: a login name, ``@pool``, or ``@rule`` for whomever the rule names."""

    tasks = PickedInput(many=True)
    to = serializers.CharField(max_length=50)


class RefusedTask(serializers.Serializer[Any]):
    """A task that stays where it is, and why."""

    number = serializers.CharField()
    detail = serializers.CharField()


class HandOverAnswer(serializers.Serializer[Any]):
    """What went over and what did not."""

    done = serializers.ListField(child=serializers.CharField())
    refused = RefusedTask(many=True)
