"""Which doors each role sees. An entry whose address does not exist in this installation is left out."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.roles import May, Role, roles_that_may
from cases.workflow import BIRTHS

REPORTERS = BIRTHS[0].by
UNITS = frozenset({Role.UNIT_HANDLER, Role.UNIT_HEAD})
STATION, BUREAU = frozenset({Role.STATION}), frozenset({Role.BUREAU})
PLANNERS = frozenset({Role.STATION, Role.BUREAU})
TAKERS = frozenset({Role.OFFICER, Role.GRID_WORKER, Role.UNIT_HANDLER})
CASE_READERS = frozenset(Role) - {Role.ADMINISTRATOR}
EVERYBODY = frozenset(Role)
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
ROBOT_KEEPERS = frozenset({Role.ADMINISTRATOR, Role.UNIT_HEAD})
SUPERVISORS = roles_that_may(May.SUPERVISE)
WATCHERS = roles_that_may(May.SEE_LOOKS)


@dataclass(frozen=True, slots=True)
class Door:
    """One entry: URL name, words (``short`` for the thumb), icon, roles that see it (None: strangers).

    ``tab`` orders it among the tabs of the phone (0: not a tab, it stands in the menu instead).
    """

    name: str
    label: str | Promise
    short: str | Promise
    icon: str
    roles: frozenset[Role] | None
    tab: int = 0
    primary: bool = False


DOORS = (
    Door("cases:report", _("Report a problem"), _("Report"), "plus", REPORTERS, tab=3, primary=True),
    Door("home", _("Workbench"), _("Today"), "home", EVERYBODY, tab=1),
    Door("cases:list", _("Cases"), _("Cases"), "list", CASE_READERS, tab=2),
    Door("cases:overdue", _("Supervision"), _("Supervise"), "alert", SUPERVISORS, tab=6),
    Door("squad:team", _("Squad"), _("Squad"), "people", frozenset({Role.SQUAD_LEADER}), tab=3),
    Door("squad:team", _("Unit"), _("Unit"), "people", frozenset({Role.UNIT_HEAD}), tab=3),
    Door("squad:pool", _("Pool"), _("Pool"), "list", TAKERS),
    Door("squad:absences", _("Absences"), _("Absences"), "clock", EVERYBODY),
    Door("notices:inbox", _("Inbox"), _("Inbox"), "bell", EVERYBODY, tab=4),
    Door("cases:mine", _("My reports"), _("Mine"), "flag", REPORTERS, tab=5),
    Door("cases:plans_deciding", _("To approve"), _("Approve"), "check", BUREAU, tab=3),
    Door("cases:plans_waiting", _("Awaiting a plan"), _("To plan"), "edit", STATION, tab=3),
    Door("cases:standing_plans", _("Standing plans"), _("Plans"), "plan", PLANNERS, tab=5),
    Door("cases:campaigns", _("Campaigns"), _("Campaigns"), "flag", PLANNERS),
    Door("cases:plan_templates", _("Plan templates"), _("Templates"), "tag", PLANNERS),
    Door("grids:areas", _("Communities and grids"), _("Grids"), "map", ADMINISTRATOR, tab=2),
    Door("grids:postings", _("People and posts"), _("People"), "people", ADMINISTRATOR, tab=5),
    Door("cases:classes", _("Classes and limits"), _("Classes"), "tag", ADMINISTRATOR),
    Door("notices:robots", _("Group robots"), _("Robots"), "chat", ROBOT_KEEPERS),
    Door("notices:deliveries", _("Messages sent out"), _("Messages"), "send", ADMINISTRATOR),
    Door("cases:limits", _("Limits and escalation"), _("Limits"), "flag", ADMINISTRATOR),
    Door("cases:calendars", _("Working time"), _("Hours"), "clock", ADMINISTRATOR),
    Door("cases:looks", _("Looks at who reported"), _("Looks"), "shield", WATCHERS),
    Door("cases:subject", _("Data about a person"), _("Person"), "person", frozenset({Role.STATION})),
    Door("cases:examine", _("Examine a case file"), _("Examine"), "shield", EVERYBODY),
    Door("public:report", _("Report a problem"), _("Report"), "plus", None, tab=3, primary=True),
    Door("public:follow", _("Follow a report"), _("Follow"), "search", None, tab=4),
)


@dataclass(frozen=True, slots=True)
class NavItem:
    """A door as a template draws it."""

    url: str
    label: str | Promise
    short: str | Promise
    icon: str
    primary: bool
    current: bool
    tab: int


@cache
def address(name: str) -> str:
    """The path of a URL name, or "" when this installation has no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def nav_for(roles: frozenset[Role], *, stranger: bool, path: str) -> list[NavItem]:
    """The doors somebody sees, in order; ``path`` is the page being shown."""
    doors = [door for door in DOORS if _seen(door, roles, stranger) and address(door.name)]
    here = max((address(d.name) for d in doors if _within(path, address(d.name))), key=len, default="")
    return [_item(door, here) for door in doors]


def _seen(door: Door, roles: frozenset[Role], stranger: bool) -> bool:
    if door.roles is None:
        return stranger
    return not stranger and not door.roles.isdisjoint(roles)


def _item(door: Door, here: str) -> NavItem:
    url = address(door.name)
    return NavItem(url, door.label, door.short, door.icon, door.primary, url == here, door.tab)


def _within(path: str, address_: str) -> bool:
    return path == address_ or (address_ != "/" and path.startswith(address_))


def tabs_of(items: Iterable[NavItem]) -> tuple[list[NavItem], list[NavItem]]:
    """(tabs for the thumb, at most five; the rest, for the menu)."""
    items = list(items)
    tabs = sorted((item for item in items if item.tab), key=lambda item: item.tab)[:5]
    return tabs, [item for item in items if item not in tabs]
