"""Units: those a district begins with, and those its administrators make and change."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from accounts.roles import Line
from accounts.services.units import unit_calendar_save, unit_save
from core.errors import BadInput, NotFound
from core.models import Calendar
from grids.access import Access
from grids.models import Area
from grids.permissions import NO_UNIT, check_unit, district_codes
from grids.services.once import configure_once

# End of the code, name after the district's, line, kind.
_BUREAU = ("bureau", "城市管理局", Line.ENFORCEMENT, Unit.Kind.BUREAU)
_BELOW = (
    ("station", "城管进社区工作站", Line.PARTY, Unit.Kind.STATION),
    ("sanitation", "环境卫生管理所", Line.SANITATION, Unit.Kind.HANDLER),
    ("greenery", "园林绿化管理所", Line.GREENERY, Unit.Kind.HANDLER),
    ("municipal", "市政设施管理所", Line.MUNICIPAL, Unit.Kind.HANDLER),
    ("enforcement", "综合行政执法支队", Line.ENFORCEMENT, Unit.Kind.HANDLER),
)


def district_units_create(*, district: Area, actor_id: int | None, now: datetime) -> list[Unit]:
    """Create the units a district needs to handle cases: bureau, station, four handling units, and a
    squad for each street. Codes are ``500115-sanitation`` and ``500115001-squad``. Those there already
    are left alone; returns the new ones.
    """
    made: list[Unit] = []
    place = district.short_name.split("（", 1)[0]

    def ensure(code: str, name: str, line: Line, kind: Unit.Kind, parent: Unit | None) -> Unit:
        unit = Unit.objects.filter(code=code).first()
        if unit is None:
            unit = unit_save(
                unit=None, code=code, name=name, line=line, kind=kind, parent=parent,
                district_code=district.code, now=now, actor_id=actor_id,
            )  # fmt: skip
            made.append(unit)
        return unit

    end, name, line, kind = _BUREAU
    bureau = ensure(f"{district.code}-{end}", f"{place}{name}", line, kind, None)
    below = {
        end: ensure(f"{district.code}-{end}", f"{place}{name}", line, kind, bureau)
        for end, name, line, kind in _BELOW
    }
    for street in Area.objects.filter(parent=district, level="street", valid_to=None):
        squad = f"{street.short_name}综合行政执法大队"
        ensure(f"{street.code}-squad", squad, Line.ENFORCEMENT, Unit.Kind.SQUAD, below["enforcement"])
    return made


@dataclass(frozen=True, slots=True)
class UnitAbout:
    """What an administrator says about a unit; ``parent`` is the code of the unit above it.

    ``calendar`` is the code of its own calendar, "" for the usual one of its kind.
    """

    name: str
    line: str
    kind: str
    district: str
    parent: str = ""
    phone: str = ""
    active: bool = True
    recorded_by_station: bool = False
    calendar: str = ""


def unit_write(
    *, access: Access, code: str, about: UnitAbout, new: bool, now: datetime, key: str
) -> dict[str, Any]:
    """Make a unit of one's district (``new``) or change it; returns its code.

    Raises:
        BadInput: see ``unit_save``, or a district not one's own. NotFound: no such unit in the scope.
    """
    body = asdict(about) | {"code": code, "new": new}
    return configure_once(
        access, f"units/{code}", body, key, now, lambda: _write(access, code, about, new, now)
    )


def _write(access: Access, code: str, about: UnitAbout, new: bool, now: datetime) -> dict[str, Any]:
    if about.district not in district_codes(access):
        raise BadInput(_("Choose one of your own districts."), field="district")
    unit = unit_save(
        unit=None if new else unit_found(access, code, lock=True),
        code=code,
        name=about.name,
        line=about.line,
        kind=about.kind,
        district_code=about.district,
        parent=unit_found(access, about.parent) if about.parent else None,
        phone=about.phone,
        active=about.active,
        recorded_by_station=about.recorded_by_station,
        calendar=_calendar(about.calendar),
        now=now,
        actor_id=access.user_id,
    )
    return {"unit": unit.code}


def unit_calendar_write(
    *, access: Access, code: str, calendar: str, now: datetime, key: str
) -> dict[str, Any]:
    """Have the deadlines of a unit run by a calendar (its code), or with "" by the usual one of its kind.

    Raises:
        BadInput: no such calendar. NotFound: no such unit in the scope. NotAllowed: not an administrator.
    """

    def work() -> dict[str, Any]:
        unit = unit_found(access, code, lock=True)
        unit_calendar_save(unit=unit, calendar=_calendar(calendar), now=now, actor_id=access.user_id)
        return {"unit": unit.code, "calendar": calendar}

    return configure_once(access, f"units/{code}/calendar", {"calendar": calendar}, key, now, work)


def _calendar(code: str) -> Calendar | None:
    if not code:
        return None
    row = Calendar.objects.filter(code=code.replace("\x00", "")).first()
    if row is None:
        raise BadInput(_("Choose a calendar from the list."), field="calendar")
    return row


def unit_found(access: Access, code: str, *, lock: bool = False) -> Unit:
    """A unit of the administrator's districts by code, locked if asked; NotFound otherwise."""
    rows = Unit.objects.select_for_update(of=("self",)) if lock else Unit.objects.all()
    unit = rows.filter(code=code.strip()).first()
    if unit is None:
        raise NotFound(NO_UNIT)
    check_unit(access, unit)
    return unit
