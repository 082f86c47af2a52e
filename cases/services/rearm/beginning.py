"""Clocks for cases that were open before there were any."""

from datetime import datetime
from typing import Any

from django.db import transaction

from cases.limits import rules_now
from cases.models import Case, CaseRequest
from cases.selectors import one_locked, parts_of, plan_date
from cases.services.clocks import case_arm, clock_begin, clock_go_on, clock_rest, subject_of
from cases.services.events import event_append
from cases.services.rungs.recording import case_record
from cases.workflow import OPEN, Action
from core.services.timers import timers_armed

Kind, State = CaseRequest.Kind, CaseRequest.State
_WITHOUT = Case.objects.filter(stage__in=OPEN, clock_total=0)


def clocks_begin(*, now: datetime, after: int = 0, limit: int = 500) -> tuple[int, int]:
    """Begin the clocks of open cases that have none, as of when they came into their stage.

    Rungs that lie in the past are recorded as fired then, and nobody is told. Each case in a transaction of
    its own, so that it may be killed and started again. Looks at most at ``limit`` cases behind the id
    ``after``; returns how many clocks were begun and the id of the last looked at, 0 when none was left.
    """
    ids = list(_WITHOUT.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])
    return sum(_begin(pk, now) for pk in ids), ids[-1] if ids else 0


@transaction.atomic
def _begin(case_id: int, now: datetime) -> bool:
    case = one_locked(_WITHOUT.filter(pk=case_id))
    if case is None:
        return False
    data = _limit_found(case) | _from_its_stage(case)
    if "clock" not in data:
        return False
    case.version += 1
    event_append(
        case=case, action=Action.REARM, actor_id=None, role="", now=now, from_stage=case.stage,
        data=data | {"begun": True},
    )  # fmt: skip
    case.save()
    known = timers_armed(subject_of(case.pk))
    case_arm(case=case, parts=parts_of(case), known=known, rules=rules_now(), now=now)
    return case_record(case_id=case_id, until=now)


def _limit_found(case: Case) -> dict[str, Any]:
    """The handling limit of a case filed before cases kept it: that of its condition."""
    if case.limit_value or case.condition is None or case.filed_at is None:
        return {}
    case.limit_value, case.limit_unit = case.condition.limit_value, case.condition.limit_unit
    return {"limit": [case.limit_value, case.limit_unit]}


def _from_its_stage(case: Case) -> dict[str, Any]:
    """Begin the clock, and let it rest as often as the case was suspended since."""
    rules, finish_by = rules_now(), plan_date(case, case.stage)
    data = clock_begin(case=case, rules=rules, at=case.stage_since, finish_by=finish_by)
    rows = CaseRequest.objects.filter(case=case, kind=Kind.SUSPENSION, state=State.GRANTED)
    for begun, ended in rows.order_by("decided_at").values_list("decided_at", "ended_at"):
        if begun is None or begun < case.stage_since or not data:
            continue
        data = clock_rest(case=case, at=begun)
        if ended is not None:
            data = clock_go_on(case=case, rules=rules, now=ended, finish_by=finish_by)
    return data
