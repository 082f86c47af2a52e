"""What an administrator chooses from instead of typing codes. Each takes an ``Access``; each is one query."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from accounts.roles import May
from core.models import Calendar
from grids.access import Access
from grids.models import Area
from grids.permissions import district_codes, person_q
from grids.selectors import areas_in

Options = list[tuple[str, Any]]
MOST = 2000  # options of one select; whoever is not among them is reached from their own page
_UPPER = (Area.Level.DISTRICT, Area.Level.STREET, Area.Level.COMMUNITY)


def places_offered(access: Access, *, also: str = "") -> Options:
    """Units, then districts with their streets, then the communities of each street, all in force.

    ``also`` is the code of one more area, of whatever level: the one a page leads here from.
    """
    where = Q(level__in=_UPPER) | Q(code=also)
    rows = areas_in(access, May.CONFIGURE).filter(where, valid_to__isnull=True)
    named = rows.order_by("code").values_list("level", "code", "short_name", "name", "street__name")
    groups: dict[str, Options] = {_("Units"): _units(access, prefix="unit:")}
    for level, code, short, name, street in named[:MOST]:
        above = street if level in (Area.Level.COMMUNITY, Area.Level.GRID) else _("Districts and streets")
        groups.setdefault(above or _("Communities"), []).append((code, short or name))
    return [(label, options) for label, options in groups.items() if options]


def people_offered(access: Access) -> Options:
    """People with an open login, by name, each with the login that tells namesakes apart."""
    rows = User.objects.filter(person_q(access), is_active=True).order_by("name", "username")
    return [(login, f"{name} · {login}") for login, name in rows.values_list("username", "name")[:MOST]]


def units_offered(access: Access, *, but: str = "") -> Options:
    """Units in use, by line of work, without the one with the code ``but``."""
    return [option for option in _units(access) if option[0] != but]


def calendars_offered() -> Options:
    """All calendars of working time; they hold in every district."""
    return [(row.code, str(row)) for row in Calendar.objects.all()]


def districts_offered(access: Access) -> Options:
    """The administrator's districts."""
    codes = district_codes(access)
    names = dict(Area.objects.filter(code__in=codes).values_list("code", "name"))
    return [(code, f"{names.get(code, '')} {code}".strip()) for code in codes]


def _units(access: Access, prefix: str = "") -> Options:
    rows: Iterable[tuple[str, str]] = (
        Unit.objects.filter(district_code__in=district_codes(access), active=True)
        .order_by("line", "name")
        .values_list("code", "name")[:MOST]
    )
    return [(f"{prefix}{code}", name) for code, name in rows]
