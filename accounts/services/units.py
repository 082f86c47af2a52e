"""Units: the only writer of them."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from accounts.roles import Line
from core.errors import BadInput
from core.models import Calendar
from core.services.audit import audit_write

_FIELDS = ("code", "name", "line", "kind", "district_code", "phone", "active", "recorded_by_station")


@transaction.atomic
def unit_save(
    *,
    unit: Unit | None,
    code: str,
    name: str,
    line: str,
    kind: str,
    now: datetime,
    actor_id: int | None,
    district_code: str = "",
    parent: Unit | None = None,
    phone: str = "",
    active: bool = True,
    recorded_by_station: bool = False,
    calendar: Calendar | None = None,
) -> Unit:
    """Make a unit (``unit`` None) or change one; its code never changes. Writes an audit row.

    ``calendar`` None: its deadlines run by the usual calendar of its kind.

    Who may is asked above, where places are known.

    Raises:
        BadInput: the code is taken or malformed, the line or kind is none, or it would lie below itself.
    """
    _check(unit, code, name, line, kind, parent)
    row = unit or Unit(code=code)
    before = _facts(row) if unit else {}
    row.name, row.line, row.kind, row.phone = name.strip(), line, kind, phone.strip()
    row.district_code, row.parent, row.active = district_code, parent, active
    row.recorded_by_station, row.calendar = recorded_by_station, calendar
    row.save()
    _audit(row, "unit.change" if unit else "unit.add", before, now, actor_id)
    return row


@transaction.atomic
def unit_calendar_save(*, unit: Unit, calendar: Calendar | None, now: datetime, actor_id: int | None) -> None:
    """Have a unit's deadlines run by a calendar, or with None by the usual one of its kind.

    Writes an audit row, unless it is so already. Who may is asked above, where places are known.
    """
    if unit.calendar == calendar:
        return
    before = _facts(unit)
    unit.calendar = calendar
    unit.save(update_fields=["calendar"])
    _audit(unit, "unit.change", before, now, actor_id)


def _audit(unit: Unit, action: str, before: dict[str, Any], now: datetime, actor_id: int | None) -> None:
    after = _facts(unit)
    audit_write(
        actor_id=actor_id, action=action, subject=f"unit:{unit.code}", now=now, before=before, after=after
    )


def _check(unit: Unit | None, code: str, name: str, line: str, kind: str, parent: Unit | None) -> None:
    if unit is None and (not code or len(code) > 30 or not _plain(code)):
        raise BadInput(_("A unit's code is at most 30 letters, digits or hyphens."), field="code")
    if unit is None and Unit.objects.filter(code=code).exists():
        raise BadInput(_("Another unit has this code. Choose a different one."), field="code")
    if not name.strip() or len(name) > 100:
        raise BadInput(_("Give the unit a name of at most 100 characters."), field="name")
    if line not in Line.values:
        raise BadInput(_("Choose one of the five lines of work."), field="line")
    if kind not in Unit.Kind.values:
        raise BadInput(_("Choose what kind of unit it is."), field="kind")
    if unit is not None and parent is not None and _lies_below(parent, unit):
        raise BadInput(_("A unit can't lie below itself. Choose another one above it."), field="parent")


def _plain(code: str) -> bool:
    return code.isascii() and code.replace("-", "").isalnum()


def _lies_below(unit: Unit | None, top: Unit) -> bool:
    while unit is not None:
        if unit.pk == top.pk:
            return True
        unit = unit.parent
    return False


def _facts(unit: Unit) -> dict[str, Any]:
    return {name: getattr(unit, name) for name in _FIELDS} | {
        "parent": unit.parent.code if unit.parent else "",
        "calendar": unit.calendar.code if unit.calendar else "",
    }
