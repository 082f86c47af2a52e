"""The city of the walks: the cast with every unit staffed, and who is who where, written down a second time.

The oracles here go by the codes of the cast alone (an area's code begins with its parents'), never by the
code under test.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from accounts.models import User
from accounts.roles import Role
from cases.models import Case, UnitPart
from cases.workflow import UNIT_ROLES, Part, Stage, Step
from grids.access import Access, grants_recompute
from grids.models import Posting
from tests.cast import BEGAN, CAST, NOW, PASSWORD, World, build_world

Member = tuple[str, str, Role, str]
# 市政所 handles the emergencies of the cast and has nobody in it; and where one officer works alone, the
# four eyes leave a case without anybody to verify or check it.
STAFF: tuple[Member, ...] = (
    ("worksman", "市政经办", Role.UNIT_HANDLER, "unit:cs-works"),
    ("works_head", "市政负责人", Role.UNIT_HEAD, "unit:cs-works"),
    ("worker3", "网格员丙", Role.GRID_WORKER, "500115001002001"),
    ("worker4", "网格员丁", Role.GRID_WORKER, "500115001002001"),
    ("neighbour2", "邻街队员乙", Role.OFFICER, "500115002"),
    ("neighbour3", "邻街网格员", Role.GRID_WORKER, "500115002001001"),
    ("neighbour4", "邻街网格员乙", Role.GRID_WORKER, "500115002001001"),
    ("stranger_officer2", "外区队员乙", Role.OFFICER, "500106001"),
    ("stranger_worker", "外区网格员", Role.GRID_WORKER, "500106001001001"),
    ("stranger_worker2", "外区网格员乙", Role.GRID_WORKER, "500106001001001"),
)
BLIND = frozenset({Role.ADMINISTRATOR})


@dataclass
class City:
    """The cast's world, whom there is, and what no walk changes: their scopes, rows of the catalogue and the
    map, and what is asked of the database to find broken rules."""

    world: World
    posts: dict[str, tuple[Role, str]]
    scopes: dict[str, Access] = field(default_factory=dict)
    asked: dict[str, tuple[str, tuple[Any, ...]]] = field(default_factory=dict)
    rows: dict[tuple[str, int], Any] = field(default_factory=dict)

    def row_of(self, case: Case, name: str) -> Any:
        """The row a case refers to by this name, read once; None where it refers to none."""
        key = (name, getattr(case, f"{name}_id"))
        if key[1] is not None and key not in self.rows:
            self.rows[key] = getattr(case, name)
        return self.rows.get(key)

    def access(self, who: str, now: datetime = NOW) -> Access:
        """A person's scopes at a moment, computed once: no post of the city begins or ends."""
        if who not in self.scopes:
            self.scopes[who] = self.world.access(who)
        return replace(self.scopes[who], at=now)

    def sees(self, who: str, case: Case, parts: Iterable[UnitPart]) -> bool:
        """Whether a case lies in somebody's scope, by the codes of the cast."""
        role, where = self.posts[who]
        if case.reporter_id == self.world.people[who].pk or self._named(who, case):
            return True
        return role not in BLIND and self._covers(where, case, parts, Part.ANY)

    def may(self, who: str, step: Step, case: Case, parts: Iterable[UnitPart]) -> bool:
        """Whether somebody holds a role the step asks for, in that place or unit."""
        role, where = self.posts[who]
        if step.own and case.reporter_id == self.world.people[who].pk:
            return True
        if Stage.CHECK in step.sources and role in step.by and self._named(who, case):
            return True
        kind = step.part if role in UNIT_ROLES else Part.NONE
        return role in step.by | step.on_behalf and self._covers(where, case, parts, kind)

    def _named(self, who: str, case: Case) -> bool:
        """Whether the station named this person, from wherever, to check the case."""
        able = self.posts[who][0] in (Role.OFFICER, Role.GRID_WORKER)
        return able and case.checker_named and case.assignee_id == self.world.people[who].pk

    def _covers(self, where: str, case: Case, parts: Iterable[UnitPart], kind: Part) -> bool:
        if not where.startswith("unit:"):
            return case.grid.code.startswith(where)
        wanted = {Part.LEAD: ("lead",), Part.ASSISTING: ("assisting",)}.get(kind, ("lead", "assisting"))
        unit = self.world.units[where.removeprefix("unit:")].pk
        return any(part.active and part.unit_id == unit and part.kind in wanted for part in parts)


def build_city(*more: Member) -> City:
    """Create the cast and the staff above, and ``more`` people."""
    world = build_world()
    for member in (*STAFF, *more):
        enrol(world, member)
    return City(world, {login: (role, where) for login, _name, role, where in (*CAST, *STAFF, *more)})


def enrol(world: World, member: Member) -> User:
    """One more person with a post."""
    login, name, role, where = member
    person = User.objects.create_user(username=login, password=PASSWORD, name=name)
    unit = world.units.get(where.removeprefix("unit:"))
    if unit:
        person.unit = unit
        person.save(update_fields=["unit"])
    Posting.objects.create(user=person, role=role, area=world.areas.get(where), unit=unit, starts_at=BEGAN)
    grants_recompute(person)
    world.people[login] = person
    return person
