"""Whose task a case becomes: the one rule, on arrival and whenever somebody can't keep a task; and who is
to hear of what is asked about it.

Verify and check: whoever is posted on the grid or its community, else the duty officer of the street,
else whoever is posted nearest. Handle: whoever is on duty in the lead unit, else its only handler.
Call-back, and where nobody is found: nobody; it stands in the pool. Whoever is away is passed over for
their deputy, and nobody is named whom four eyes bar.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import Role
from cases.barred import barred_from_checking
from cases.models import Case, UnitPart
from cases.workflow import RETURNS_ALLOWED, STAGES, UNIT_ROLES, Action, Stage
from grids.presence import Post, posts_in_unit, posts_near
from grids.selectors import people_posted

MOST_TOLD = 20
_OWN_PATCH = 1  # levels up from the grid that still are somebody's own: the grid and its community


@dataclass(frozen=True, slots=True)
class Lineup:
    """Who could take a task, by id. ``away`` maps those away to the deputy named for the time;
    ``deputies`` those who are stood in for to whoever holds a deputy's posting. Pure."""

    able: frozenset[int]
    away: Mapping[int, int | None] = field(default_factory=dict)
    deputies: Mapping[int, Sequence[int]] = field(default_factory=dict)
    barred: frozenset[int] = frozenset()

    def first(self, people: Iterable[int]) -> int | None:
        """The first of the people who is there, or whoever stands in for the first who is not."""
        for person in people:
            found = self._there(person, frozenset())
            if found is not None:
                return found
        return None

    def _there(self, person: int, passed: frozenset[int]) -> int | None:
        if person not in self.able or person in passed:
            return None
        if person not in self.away:
            return None if person in self.barred else person
        stand_ins = [self.away[person], *self.deputies.get(person, ())]
        # A deputy may be away as well, and theirs too, round to where it began.
        for stand_in in stand_ins:
            if stand_in is None:
                continue
            found = self._there(stand_in, passed | {person})
            if found is not None:
                return found
        return None


def named_person(
    case: Case,
    stage: Stage,
    now: datetime,
    parts: Iterable[UnitPart] = (),
    *,
    without: Collection[int] = (),
) -> User | None:
    """The person whose task the case becomes in this stage, None for the pool.

    ``without`` are people passed over whatever they hold. One query, and those of ``barred`` at the check.
    """
    if stage is Stage.VERIFY:
        reporter = case.takers.get(Action.REPORT)
        barred = {reporter, *without} - {None}
    elif stage is Stage.CHECK:
        barred = barred_from_checking(case, parts, now) | set(without)
    elif stage is Stage.HANDLE and case.lead_unit_id is not None:
        return _in_unit(case.lead_unit_id, now, frozenset(without))
    else:
        return None
    return _near(case, STAGES[stage].owners, now, frozenset(barred))


def owners_of(case: Case) -> frozenset[Role]:
    """The roles an open case waits for; after two returns it is the bureau that says whose it is."""
    if case.stage == Stage.DISPATCH and case.returns >= RETURNS_ALLOWED:
        return frozenset({Role.BUREAU})
    return STAGES[Stage(case.stage)].owners


def people_in_charge(case: Case, now: datetime) -> list[int]:
    """Ids of those the case waits for: the named person, else the lead unit's people or the stage's
    owners over the place; at most twenty."""
    if case.assignee_id is not None:
        return [case.assignee_id]
    owners = owners_of(case)
    if not owners & UNIT_ROLES:
        return people_to_tell(case, owners, now)
    units = [case.lead_unit_id] if case.lead_unit_id else []
    return _ids(people_posted(roles=owners, now=now, unit_ids=units))


def people_to_tell(case: Case, roles: frozenset[Role], now: datetime) -> list[int]:
    """Ids of those who hold one of the roles over the place; at most twenty."""
    return _ids(people_posted(roles=roles, now=now, area_ids=case.area_ids))


def _ids(people: QuerySet[User]) -> list[int]:
    return list(people.values_list("pk", flat=True)[:MOST_TOLD])


def _near(case: Case, roles: Collection[Role], now: datetime, barred: frozenset[int]) -> User | None:
    posts = posts_near(roles=roles, area_ids=case.area_ids, now=now)
    # Who only stands in for somebody barred is barred with them: deputy and principal count as one.
    posts = [post for post in posts if post.deputy_of is None or post.deputy_of not in barred]
    own = [post for post in posts if post.distance <= _OWN_PATCH]
    return _first(posts, (own, _on_duty(posts), posts), barred)


def _in_unit(unit_id: int, now: datetime, barred: frozenset[int]) -> User | None:
    posts = posts_in_unit(roles=UNIT_ROLES, unit_id=unit_id, now=now)
    handlers = [post for post in posts if post.role == Role.UNIT_HANDLER and post.deputy_of is None]
    alone = handlers if len({post.person.pk for post in handlers}) == 1 else []
    return _first(posts, (_on_duty(posts), alone), barred)


def _on_duty(posts: Sequence[Post]) -> list[Post]:
    held = [(post.duty_since, n, post) for n, post in enumerate(posts) if post.duty_since is not None]
    return [post for _since, _n, post in sorted(held, key=lambda turn: turn[:2])]


def _first(posts: Sequence[Post], circles: Iterable[Sequence[Post]], barred: frozenset[int]) -> User | None:
    """The first of the first circle in which anybody is there, or somebody for them."""
    line = lineup_of(posts, barred)
    found = (line.first(post.person.pk for post in circle) for circle in circles)
    chosen = next((person for person in found if person is not None), None)
    return next((post.person for post in posts if post.person.pk == chosen), None)


def lineup_of(posts: Sequence[Post], barred: frozenset[int]) -> Lineup:
    """Everybody with a post, and who stands in for whom."""
    deputies: dict[int, list[int]] = {}
    for post in posts:
        if post.deputy_of is not None:
            deputies.setdefault(post.deputy_of, []).append(post.person.pk)
    return Lineup(
        able=frozenset(post.person.pk for post in posts),
        away={post.person.pk: post.stand_in for post in posts if post.away},
        deputies=deputies,
        barred=barred,
    )
