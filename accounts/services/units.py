"""Units: the only writer of them."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from accounts.roles import Line
from core.errors import BadInput
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
) -> Unit:
    """Make a unit (``unit`` None) or change one; its code never changes. Writes an audit row.

    Who may is asked above, where places are known.

    Raises:
        BadInput: the code is taken or malformed, the line or kind is none, or it would lie below itself.
    """
    _check(unit, code, name, line, kind, parent)
    row = unit or Unit(code=code)
    before = _facts(row) if unit else {}
    row.name, row.line, row.kind, row.phone = name.strip(), line, kind, phone.strip()
    row.district_code, row.parent, row.active = district_code, parent, active
    row.recorded_by_station = recorded_by_station
    row.save()
    audit_write(
        actor_id=actor_id,
        action="unit.change" if unit else "unit.add",
        subject=f"unit:{row.code}",
        now=now,
        before=before,
        after=_facts(row),
    )
    return row


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
        "parent": unit.parent.code if unit.parent else ""
    }
