"""Bringing clocks up to a moment without a word to anybody: after a replay, made-up days or a restored
backup."""

from datetime import datetime

from django.db import transaction

from cases import deadlines as rule
from cases.models import Case
from cases.selectors import one_locked
from cases.services.advance import step_by_system
from cases.services.clocks import case_rearm, subject_of
from cases.services.rungs.taking import rungs_settle
from cases.workflow import Action
from core.models import Timer
from core.services.timers import timers_armed, timers_fired

_ROUNDS = 20  # a suspension that ends lets a clock go on, whose rungs may lie in the past as well


def rungs_record(*, until: datetime, limit: int = 500) -> int:
    """Record what came due by ``until`` as fired at its own moment; call it until it returns 0.

    Nobody is told: what lies in the past is history. Repetitions of the last rung are passed over but for
    those that lie ahead. Each case in a transaction of its own; returns how many were brought up to date.
    """
    due = Timer.objects.filter(state=Timer.State.ARMED, due_at__lte=until, subject__startswith="case:")
    subjects = due.order_by("wake_at", "id").values_list("subject", flat=True)[: limit * 4]
    ids = [int(subject.partition(":")[2]) for subject in dict.fromkeys(subjects)]
    return sum(case_record(case_id=pk, until=until) for pk in ids[:limit])


@transaction.atomic
def case_record(*, case_id: int, until: datetime) -> bool:
    """The same for one case, such as one replayed that stays open; False when it is gone."""
    case = one_locked(Case.objects.filter(pk=case_id))
    if case is None:
        return False
    for _round in range(_ROUNDS):
        known = timers_armed(subject_of(case_id))
        ends = [t for t in known if t.rule == rule.SUSPENSION and t.due_at <= until]
        # In the order of their moments: what a clock brings that goes on lies after the end of its rest.
        by = ends[0].due_at if ends else until
        left = rungs_settle(case=case, known=known, now=by, quiet=True)
        if ends:
            timers_fired(timers=ends, now=by)
            step_by_system(case=case, action=Action.RESUME, now=by, quiet=True)
        elif len(left) < len(known):
            case_rearm(case=case, now=until, known=left)
            break
        else:
            break
    return True
