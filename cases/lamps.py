"""How cases stand to their deadlines: the lamp of one, and the WHERE of many."""

from datetime import datetime

from django.db.models import Q

from cases.models import Case, Lamp

_RUNS = Q(due_at__isnull=False)
_RESTS = Q(clock_since__isnull=True, clock_total__gt=0)


def lamp_of(case: Case, now: datetime) -> Lamp | None:
    """The lamp of a case at a moment; None where nothing runs or rests, as on a case that is done."""
    if case.clock_rests:
        return Lamp.GREY
    if case.due_at is None:
        return None
    if now >= case.due_at:
        return Lamp.RED
    return Lamp.YELLOW if case.yellow_at is not None and now >= case.yellow_at else Lamp.GREEN


def lamp_q(lamp: Lamp, now: datetime) -> Q:
    """The cases whose lamp shows this at a moment; every open case is under exactly one."""
    return {
        Lamp.GREY: _RESTS,
        Lamp.RED: _RUNS & Q(due_at__lte=now),
        Lamp.YELLOW: _RUNS & Q(due_at__gt=now, yellow_at__lte=now),
        Lamp.GREEN: _RUNS & Q(yellow_at__gt=now),
    }[lamp]
