"""Whose task a case becomes, and who is to hear of what is asked about it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import Role
from cases.barred import barred_from_checking
from cases.models import Case, UnitPart
from cases.workflow import STAGES, UNIT_ROLES, Action, Stage
from grids.selectors import people_posted, posted_person

MOST_TOLD = 20


def named_person(case: Case, stage: Stage, now: datetime, parts: Iterable[UnitPart] = ()) -> User | None:
    """Whose task it becomes on arrival: the person posted nearest who may do it, else nobody yet."""
    owners = STAGES[stage].owners
    if stage is Stage.VERIFY:
        reporter = case.takers.get(Action.REPORT)
        barred = {reporter} if reporter else set()
    elif stage is Stage.CHECK:
        barred = barred_from_checking(case, parts, now)
    else:
        return None
    return posted_person(roles=owners, area_ids=case.area_ids, now=now, barred=barred)


def people_in_charge(case: Case, now: datetime) -> list[int]:
    """Ids of those the case waits for: the named person, else the lead unit's people or the stage's
    owners over the place; at most twenty."""
    if case.assignee_id is not None:
        return [case.assignee_id]
    owners = STAGES[Stage(case.stage)].owners
    if not owners & UNIT_ROLES:
        return people_to_tell(case, owners, now)
    units = [case.lead_unit_id] if case.lead_unit_id else []
    return _ids(people_posted(roles=owners, now=now, unit_ids=units))


def people_to_tell(case: Case, roles: frozenset[Role], now: datetime) -> list[int]:
    """Ids of those who hold one of the roles over the place; at most twenty."""
    return _ids(people_posted(roles=roles, now=now, area_ids=case.area_ids))


def _ids(people: QuerySet[User]) -> list[int]:
    return list(people.values_list("pk", flat=True)[:MOST_TOLD])
