"""Who works in the made-up days: the named cast, and colleagues wherever something happens."""

import random
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Unit, User
from accounts.roles import Line, Role
from citymgmt.demo.scenes import GIVEN, SURNAMES
from citymgmt.local.cast import CAST, COMMUNITY, DEMO_PASSWORD, STREET
from grids.access import Access, access_for
from grids.models import Area
from grids.services.enrol import Newcomer, people_enrol

MAIN = "500115"
OTHERS = ("500106", "500157")
_LINES = (Line.SANITATION, Line.GREENERY, Line.MUNICIPAL, Line.ENFORCEMENT)
# How many communities of a street see anything: all of the cast's own, some of the others'.
_COMMUNITIES_ELSEWHERE, _STREETS_ELSEWHERE = 2, 2


@dataclass(slots=True)
class Crew:
    """Everybody who can act, by place and role; accesses are computed once."""

    people: dict[str, User]
    communities: list[Area]
    by_place: dict[tuple[Role, str], list[str]]
    now: datetime
    _known: dict[str, Access] = field(default_factory=dict)

    def access(self, username: str) -> Access:
        """The scopes of somebody of the crew."""
        if username not in self._known:
            self._known[username] = access_for(self.people[username], now=self.now)
        return self._known[username]

    def at(self, role: Role, place: str) -> list[str]:
        """The logins posted in a role to a place: an area's code, or ``unit:`` and a unit's."""
        return self.by_place.get((role, place), [])

    def login_of(self, user_id: int | None) -> str | None:
        """The login of a person of the crew, None for anybody else."""
        return next((name for name, user in self.people.items() if user.pk == user_id), None)


def crew_make(*, since: datetime, now: datetime, seed: int) -> Crew:
    """Make everybody who is missing; all made up, all with the password the start prints.

    Raises:
        BadInput: the districts are not loaded.
    """
    communities = _communities()
    newcomers = [_named(member.username, member.name, member.role, member.where) for member in CAST]
    newcomers += _colleagues(communities, random.Random(seed))  # noqa: S311 - invented names, no secret
    people = people_enrol(newcomers=newcomers, since=since, now=now, password=DEMO_PASSWORD)
    by_place: dict[tuple[Role, str], list[str]] = {}
    for one in newcomers:
        by_place.setdefault((one.role, one.place), []).append(one.username)
    return Crew(people, communities, by_place, now)


def _named(username: str, name: str, role: Role, place: str) -> Newcomer:
    # Officers and squad leaders belong to the squad of their street, so none of them checks its work.
    squad = f"{place}-squad" if role in (Role.OFFICER, Role.SQUAD_LEADER) else ""
    return Newcomer(username, name, role, place, member_of=squad)


def _communities() -> list[Area]:
    """The communities where something happens, the cast's own first."""
    rows = Area.objects.filter(level=Area.Level.COMMUNITY, valid_to__isnull=True).defer("outline")
    found: dict[str, list[Area]] = {}
    for area in rows.select_related("street", "district").order_by("code"):
        if area.street and area.district and area.district.code in (MAIN, *OTHERS):
            found.setdefault(area.street.code, []).append(area)
    chosen = sorted(found.pop(STREET, []), key=lambda area: (area.code != COMMUNITY, area.code))
    elsewhere = dict.fromkeys(OTHERS, 0)
    for areas in found.values():
        district = areas[0].district.code if areas[0].district else ""
        if district == MAIN or elsewhere[district] < _STREETS_ELSEWHERE:
            elsewhere[district] = elsewhere.get(district, 0) + 1
            chosen += areas[:_COMMUNITIES_ELSEWHERE]
    return chosen


def _colleagues(communities: list[Area], dice: random.Random) -> list[Newcomer]:
    wanted = [one for code in (MAIN, *OTHERS) for one in _desk(code)]
    for street in dict.fromkeys(area.street.code for area in communities if area.street):
        wanted += [] if street == STREET else _squad(street)
    for area in communities:
        if area.code != COMMUNITY:
            wanted.append((Role.GRID_WORKER, area.code, f"demo-{area.code}-grid"))
    return [
        _named(login, dice.choice(SURNAMES) + dice.choice(GIVEN), role, place)
        for role, place, login in wanted
    ]


def _desk(district: str) -> list[tuple[Role, str, str]]:
    units = [f"{district}-{line.value}" for line in _LINES]
    there = Unit.objects.filter(code__in=units).order_by("code").values_list("code", flat=True)
    return [
        (Role.HOTLINE, district, f"demo-{district}-hotline"),
        (Role.STATION, district, f"demo-{district}-station"),
        (Role.BUREAU, district, f"demo-{district}-bureau"),
        *((Role.UNIT_HANDLER, f"unit:{code}", f"demo-{code}") for code in there),
    ]


def _squad(street: str) -> list[tuple[Role, str, str]]:
    return [
        (Role.OFFICER, street, f"demo-{street}-officer-1"),
        (Role.OFFICER, street, f"demo-{street}-officer-2"),
        (Role.SQUAD_LEADER, street, f"demo-{street}-leader"),
    ]
