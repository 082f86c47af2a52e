"""Who hears that something is late: the people behind the codes of a rung, as they are posted by then.

Of each code: the case, the generation of the timer (for replies and calls the number of their event), and the
moment.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from accounts.roles import Role
from cases import deadlines as rule
from cases.models import Case, PresenceCall, Supervision
from cases.services.naming import owners_of, people_in_charge, people_to_tell
from cases.workflow import BY_ACTION, UNIT_ROLES, Action, Asked, Situation, Stage, asked_in, taken_by
from grids.presence import Post, posts_in_unit, posts_near
from grids.selectors import people_posted


def _named(case: Case, of: int, now: datetime) -> Iterable[int]:
    return people_in_charge(case, now)


def _leaders(case: Case, of: int, now: datetime) -> Iterable[int]:
    """Whoever leads those the case waits for."""
    return _above(case, now) or people_to_tell(case, owners_of(case), now)


def _above(case: Case, now: datetime) -> list[int]:
    """The unit's head, the squad's leader, the bureau's leader; nobody above a station or a community."""
    owners = owners_of(case)
    if owners & UNIT_ROLES:
        units = [case.lead_unit_id] if case.lead_unit_id else []
        heads = people_posted(roles=(Role.UNIT_HEAD,), now=now, unit_ids=units)
        return list(heads.values_list("pk", flat=True))
    if Role.OFFICER in owners:
        return people_to_tell(case, frozenset({Role.SQUAD_LEADER}), now)
    return _bureau_leader(case, now) if Role.BUREAU in owners else []


def _station(case: Case, of: int, now: datetime) -> Iterable[int]:
    return people_to_tell(case, frozenset({Role.STATION}), now)


def _bureau(case: Case, of: int, now: datetime) -> Iterable[int]:
    """The bureau; its own lateness goes to its leader (分管领导), whatever a ladder says."""
    if Role.BUREAU in owners_of(case):
        return _bureau_leader(case, now)
    return people_to_tell(case, frozenset({Role.BUREAU}), now)


def _bureau_leader(case: Case, now: datetime) -> list[int]:
    leaders = people_to_tell(case, frozenset({Role.LEADER}), now)
    return leaders or people_to_tell(case, frozenset({Role.BUREAU}), now)


def _asked(case: Case, of: int, now: datetime) -> Iterable[int]:
    """Whom a supervision asks, wherever the case stands by now."""
    row = Supervision.objects.filter(case=case, event=of).first()
    if row is None or row.asked == asked_in(Stage(case.stage)):
        return people_in_charge(case, now)
    if row.asked == Asked.UNIT:
        units = [row.asked_unit_id] if row.asked_unit_id else []
        return people_posted(roles=UNIT_ROLES, now=now, unit_ids=units).values_list("pk", flat=True)
    step = BY_ACTION[Action.REPLY, Stage(case.stage)]
    return people_to_tell(case, taken_by(step, Situation(reply_from=row.asked)), now)


def _supervisor(case: Case, of: int, now: datetime) -> Iterable[int]:
    rows = Supervision.objects.filter(case=case, event=of, by__isnull=False)
    return [person or 0 for person in rows.values_list("by_id", flat=True)]


def _called(case: Case, of: int, now: datetime) -> Iterable[int]:
    roles = PresenceCall.objects.filter(case=case, event=of).values_list("role", flat=True)
    return people_to_tell(case, frozenset(Role(role) for role in roles), now)


def _caller(case: Case, of: int, now: datetime) -> Iterable[int]:
    return PresenceCall.objects.filter(case=case, event=of).values_list("asked_by_id", flat=True)


HEARERS: Mapping[str, Callable[[Case, int, datetime], Iterable[int]]] = {
    rule.NAMED: _named,
    rule.LEADER: _leaders,
    rule.UNIT_HEAD: lambda case, of, now: _above(case, now),
    rule.STATION: _station,
    rule.BUREAU: _bureau,
    rule.BUREAU_LEADER: lambda case, of, now: _bureau_leader(case, now),
    rule.ASKED: _asked,
    rule.SUPERVISOR: _supervisor,
    rule.CALLED: _called,
    rule.CALLER: _caller,
}


def people_on_duty(case: Case, now: datetime) -> list[int]:
    """Who is on duty (值班) in the lead unit, else over the place."""
    owners, posts = owners_of(case), []
    if owners & UNIT_ROLES and case.lead_unit_id:
        posts = _there(posts_in_unit(roles=UNIT_ROLES, unit_id=case.lead_unit_id, now=now))
    roles = owners | {Role.OFFICER, Role.SQUAD_LEADER}
    posts = posts or _there(posts_near(roles=roles, area_ids=case.area_ids, now=now))
    return list(dict.fromkeys(post.person.pk for post in posts))


def _there(posts: Iterable[Post]) -> list[Post]:
    return [post for post in posts if post.duty_since is not None and not post.away]
