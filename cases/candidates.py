"""Who may be given the task of a case."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.barred import barred_from_checking
from cases.models import Case, UnitPart
from cases.permissions import check_may_take
from cases.policies import check_offered
from cases.workflow import BY_ACTION, UNIT_ROLES, Action, Stage, Step
from core.errors import BadInput
from grids.access import Access
from grids.presence import absences_at
from grids.selectors import people_posted

MOST = 200


def candidates_for(
    access: Access, case: Case, parts: Sequence[UnitPart], action: str, *, now: datetime
) -> QuerySet[User]:
    """The people who may do the work of the case's stage, for whoever assigns it; at most 200.

    Raises:
        BadInput: the step names nobody.
        Conflict, NotAllowed: it does not fit now, or is not theirs to take.
    """
    if action != Action.ASSIGN:
        raise BadInput(_("Only the step “assign” names a person."), field="action")
    check_may_take(access, case, check_offered(case, action), parts)
    claim = BY_ACTION[Action.CLAIM, Stage(case.stage)]
    people = _posted(case, claim, parts, now)
    barred = {case.takers[taken] for taken in claim.other_than if case.takers.get(taken)}
    if claim.other_unit:
        barred |= barred_from_checking(case, parts, now)
    away = absences_at(now).values("person_id")
    return people.exclude(pk__in=barred).exclude(pk__in=away).select_related("unit")[:MOST]


def _posted(case: Case, claim: Step, parts: Sequence[UnitPart], now: datetime) -> QuerySet[User]:
    if claim.by & UNIT_ROLES:
        units = {p.unit_id for p in parts if p.active} | {p.unit.parent_id for p in parts if p.active}
        return people_posted(roles=claim.by, now=now, unit_ids=[unit for unit in units if unit])
    return people_posted(roles=claim.by, now=now, area_ids=case.area_ids)
