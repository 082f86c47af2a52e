"""How cases stand to their deadlines: the lamp of one with its words, and the WHERE of many."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case as Choice
from django.db.models import CharField, Q, Value, When
from django.utils.timezone import localtime
from django.utils.translation import gettext

from cases.limits import clock_of
from cases.models import Case, Lamp
from cases.wording_late import span_words
from core.calendars import calendar_of
from core.worktime import seconds_between

_RUNS = Q(due_at__isnull=False)
# What was merged into another case rests as well, but nobody waits for it.
_RESTS = Q(clock_since__isnull=True, clock_total__gt=0, merged_into__isnull=True)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands to its deadline at a moment.

    ``seconds`` are left until the deadline, less than none past it: working seconds of the clock's calendar,
    or continuous ones. ``due_at`` is None while the clock rests. ``words`` say it shortly, in the language
    of whoever asked.
    """

    lamp: Lamp
    due_at: datetime | None
    seconds: int
    words: str


def lamp_of(case: Case, now: datetime) -> Lamp | None:
    """The lamp of a case at a moment; None where nothing runs or rests, as on a case that is done."""
    if case.clock_rests:
        return None if case.merged_into_id else Lamp.GREY
    if case.due_at is None:
        return None
    if now >= case.due_at:
        return Lamp.RED
    return Lamp.YELLOW if case.yellow_at is not None and now >= case.yellow_at else Lamp.GREEN


def standing_of(case: Case, now: datetime) -> Standing | None:
    """The lamp with its deadline and words; None where there is no lamp. No queries for known calendars."""
    lamp, clock = lamp_of(case, now), clock_of(case)
    if lamp is None:
        return None
    if clock is None or case.due_at is None:
        return _resting(case)
    left = round(seconds_between(now, case.due_at, clock.calendar))
    amount = span_words(abs(left), clock.calendar)
    words = gettext("%(amount)s late") if lamp is Lamp.RED else gettext("%(amount)s left")
    return Standing(lamp, case.due_at, left, words % {"amount": amount})


def _resting(case: Case) -> Standing:
    calendar = calendar_of(case.clock_calendar_id) if case.clock_calendar_id else None
    left = case.clock_total - case.clock_spent
    words = gettext("%(amount)s left") % {"amount": span_words(max(left, 0), calendar)}
    if case.suspended_until is not None:
        words = gettext("Suspended until %(day)s") % {"day": f"{localtime(case.suspended_until):%Y-%m-%d}"}
    return Standing(Lamp.GREY, None, left, words)


def lamp_q(lamp: str, now: datetime) -> Q:
    """The cases whose lamp shows this at a moment; every open case is under exactly one. Nothing else is
    under any."""
    found = {
        Lamp.GREY: _RESTS,
        Lamp.RED: _RUNS & Q(due_at__lte=now),
        Lamp.YELLOW: _RUNS & Q(due_at__gt=now, yellow_at__lte=now),
        Lamp.GREEN: _RUNS & Q(yellow_at__gt=now),
    }
    return found[Lamp(lamp)] if lamp in Lamp.values else Q(pk__in=[])


def lamp_column(now: datetime) -> Choice:
    """The lamp of each row as a column, "" without one."""
    branches = [When(lamp_q(lamp, now), then=Value(lamp.value)) for lamp in Lamp]
    return Choice(*branches, default=Value(""), output_field=CharField())


def lamps_q(lamps: Iterable[str], now: datetime) -> Q:
    """The cases under any of these lamps; unknown ones match nothing."""
    where = Q(pk__in=[])
    for lamp in lamps:
        where |= lamp_q(lamp, now)
    return where
