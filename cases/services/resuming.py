"""Suspensions that have run out: the case goes on by itself."""

from datetime import datetime

from django.db import transaction

from cases.models import Case
from cases.selectors import cases_locked
from cases.services.advance import step_by_system
from cases.workflow import Action


def suspensions_resume(*, now: datetime, limit: int = 500) -> int:
    """Resume what was suspended until ``now`` or earlier, each case in a transaction of its own.

    Any number may run at once: a case somebody holds is left for the next run. Returns how many went on.
    """
    due = Case.objects.filter(suspended_until__lte=now).order_by("suspended_until", "pk")
    return sum(_resume(pk, now) for pk in list(due.values_list("pk", flat=True)[:limit]))


@transaction.atomic
def _resume(pk: int, now: datetime) -> bool:
    found = cases_locked(Case.objects.filter(pk=pk, suspended_until__lte=now), skip_locked=True)
    for case in found:
        step_by_system(case=case, action=Action.RESUME, now=now)
    return bool(found)
