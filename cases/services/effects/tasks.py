"""Whose task it is: claimed, or given to somebody."""

from django.db.models import Q

from accounts.roles import Role
from cases import policies
from cases.given import needed
from cases.models import Case
from cases.permissions import role_for
from cases.services.work import Work
from cases.workflow import BY_ACTION, CHECKERS, Action, Stage
from grids.access import Access, access_for
from grids.models import Area


def claim(work: Work) -> None:
    """The actor takes the task on."""
    work.case.assignee, work.case.checker_named = work.access.user, False
    work.data["person"] = work.access.user_id


def assign(work: Work) -> None:
    """The task goes to a person who may do it; the station may name a checker from elsewhere."""
    case, person = work.case, needed(work.given.person)
    theirs = access_for(person, now=work.now)
    step = BY_ACTION[Action.CLAIM, Stage(case.stage)]
    case.checker_named = False
    role = role_for(theirs, case, step, work.parts)
    if role is None and work.role is Role.STATION and case.stage == Stage.CHECK:
        role = _checker_of_district(theirs, case)
        case.checker_named = role is not None
    policies.check_assignee(case, step, theirs, work.parts, role)
    case.assignee = person
    work.data["person"] = person.pk


def _checker_of_district(theirs: Access, case: Case) -> Role | None:
    for role in Role:
        ids = theirs.areas.get(role, ()) if role in CHECKERS else ()
        inside = Q(pk=case.district_id) | Q(district_id=case.district_id)
        if ids and Area.objects.filter(inside, pk__in=ids).exists():
            return role
    return None
