"""Whose task it is: claimed, or given to somebody."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from cases import policies
from cases.given import needed
from cases.models import Case
from cases.permissions import role_for
from cases.services.work import Work
from cases.workflow import BY_ACTION, CHECKERS, Action, Stage
from core.errors import BadInput
from grids.access import Access, access_for
from grids.models import Area
from grids.presence import is_away


def claim(work: Work) -> None:
    """The actor takes the task on; somebody else's only if they said whose it is."""
    policies.check_holder(work.case, work.given, work.access, taking=True)
    if work.case.assignee_id != work.access.user_id:
        # A checker the station named from elsewhere may say once more that they take it, and keeps it.
        work.case.checker_named = False
    _hand_to(work, work.access.user)


def release(work: Work) -> None:
    """Nobody has the task any more; it stands in the pool."""
    policies.check_holder(work.case, work.given, work.access, taking=False)
    work.case.checker_named = False
    _hand_to(work, None)


def _hand_to(work: Work, person: User | None) -> None:
    case = work.case
    if case.assignee_id is not None and (person is None or case.assignee_id != person.pk):
        work.data["former"] = case.assignee_id
    case.assignee = person
    if person is not None:
        work.data["person"] = person.pk


def assign(work: Work) -> None:
    """The task goes to a person who may do it; the station may name a checker from elsewhere."""
    case, person = work.case, needed(work.given.person)
    policies.check_holder(case, work.given, work.access, taking=False)
    _check_present(person, work.now)
    theirs = access_for(person, now=work.now)
    step = BY_ACTION[Action.CLAIM, Stage(case.stage)]
    case.checker_named = False
    role = role_for(theirs, case, step, work.parts)
    if role is None and work.role is Role.STATION and case.stage == Stage.CHECK:
        role = _checker_of_district(theirs, case)
        case.checker_named = role is not None
    policies.check_assignee(case, step, theirs, work.parts, role)
    _hand_to(work, person)


def _check_present(person: User, now: datetime) -> None:
    if is_away(person, now):
        raise BadInput(
            _("%(name)s is away. Choose another, or have the absence ended.") % {"name": person.name},
            field="person",
        )


def _checker_of_district(theirs: Access, case: Case) -> Role | None:
    for role in Role:
        ids = theirs.areas.get(role, ()) if role in CHECKERS else ()
        inside = Q(pk=case.district_id) | Q(district_id=case.district_id)
        if ids and Area.objects.filter(inside, pk__in=ids).exists():
            return role
    return None
