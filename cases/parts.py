"""Which parts of a case a person acts for."""

from collections.abc import Sequence

from accounts.models import Unit
from cases.models import UnitPart
from cases.workflow import Part
from grids.access import Access

Parts = Sequence[UnitPart]
_KINDS = {Part.LEAD: {"lead"}, Part.ASSISTING: {"assisting"}}
_BOTH = {"lead", "assisting"}


def own_parts(access: Access, parts: Parts, kind: Part) -> list[UnitPart]:
    """The active parts held by the units this person acts for."""
    mine = frozenset().union(*access.units.values())
    wanted = _KINDS.get(kind, _BOTH)
    return [p for p in parts if p.active and p.unit_id in mine and p.kind in wanted]


def recorded_parts(parts: Parts, kind: Part, unit: Unit | None = None) -> list[UnitPart]:
    """The active parts of units without accounts, for which the station records (代录); of ``unit`` alone
    where one is named."""
    wanted = _KINDS.get(kind, _BOTH)
    found = [p for p in parts if p.active and p.kind in wanted and p.unit.recorded_by_station]
    return [p for p in found if unit is None or p.unit_id == unit.pk]


def acting_parts(access: Access, parts: Parts, kind: Part, unit: Unit | None = None) -> list[UnitPart]:
    """The parts a step is taken for: one's own, else those the station records for."""
    return own_parts(access, parts, kind) or recorded_parts(parts, kind, unit)
