"""Load the three districts shipped with the project, once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from core.services.audit import audit_write
from grids.geo.shapes import Outline
from grids.geo.shipped import ShippedDistrict, shipped_districts
from grids.geo.tiling import GridPiece, Tiling, tile_district
from grids.models import Area, Succession
from grids.services.rows import grid_name, lineage, map_touch, outline_columns, short_name
from grids.services.units import district_units_create

# The day the shipped codes are of (grids/data/README.md).
CODES_OF = date(2022, 10, 31)
DATUM = "GCJ02"


@dataclass(frozen=True, slots=True)
class Renewal:
    """A district that took the place of a shipped one: whose streets kept their codes for now."""

    code: str
    name: str
    day: date


# 江北区 was abolished and became part of 两江新区; new street codes are not published yet.
RENEWALS = {"500105": Renewal("500157", "两江新区（原江北区）", date(2025, 11, 6))}

Tell = Callable[[str, str, int], None]


def districts_load(*, now: datetime, tell: Tell) -> int:
    """Load each shipped district not yet there, each in a transaction of its own; returns rows written.

    ``tell`` hears (code, name, rows written, 0 if it was there) after each. A run that was killed is
    started again; a district already there is left as its administrators made it.
    """
    total = 0
    for shipped in shipped_districts():
        with transaction.atomic():
            written = _load(shipped, now)
            if written:
                map_touch()
        total += written
        tell(shipped.code, shipped.name, written)
    return total


def _load(shipped: ShippedDistrict, now: datetime) -> int:
    if Area.objects.filter(code=shipped.code).exists():
        return 0
    tiling = tile_district(shipped.outline, shipped.codes(), centre=shipped.centre)
    district, written = _district(shipped, tiling.outline)
    streets = _streets(shipped, tiling, district)
    communities = _communities(shipped, tiling, streets)
    grids = _grids(tiling, communities)
    written += len(streets) + len(communities) + len(grids)
    district_units_create(district=district, actor_id=None, now=now)
    audit_write(
        actor_id=None,
        action="area.load",
        subject=f"area:{district.code}",
        now=now,
        after={"streets": len(streets), "communities": len(communities), "grids": len(grids)},
    )
    return written


def _district(shipped: ShippedDistrict, outline: Outline) -> tuple[Area, int]:
    """The district in force, and how many rows it took."""
    row = Area.objects.create(
        level=Area.Level.DISTRICT,
        code=shipped.code,
        name=shipped.name,
        short_name=shipped.name,
        valid_from=CODES_OF,
        **outline_columns(outline, datum=DATUM),
    )
    renewal = RENEWALS.get(shipped.code)
    return (row, 1) if renewal is None else (_renewed(row, renewal, outline), 2)


def _renewed(old: Area, renewal: Renewal, outline: Outline) -> Area:
    old.valid_to = renewal.day
    old.save(update_fields=["valid_to"])
    new = Area.objects.create(
        level=Area.Level.DISTRICT,
        code=renewal.code,
        name=renewal.name,
        short_name=renewal.name,
        valid_from=renewal.day,
        **outline_columns(outline, datum=DATUM),
    )
    Succession.objects.create(old=old, new=new, day=renewal.day)
    return new


def _streets(shipped: ShippedDistrict, tiling: Tiling, district: Area) -> dict[str, Area]:
    rows = [
        _row(Area.Level.STREET, street.code, street.name, district, tiling.streets[street.code])
        for street in shipped.streets
    ]
    return {row.code: row for row in Area.objects.bulk_create(rows)}


def _communities(shipped: ShippedDistrict, tiling: Tiling, streets: dict[str, Area]) -> dict[str, Area]:
    rows = [
        _row(Area.Level.COMMUNITY, one.code, one.name, streets[street.code], tiling.communities[one.code])
        for street in shipped.streets
        for one in street.communities
    ]
    return {row.code: row for row in Area.objects.bulk_create(rows, batch_size=200)}


def _grids(tiling: Tiling, communities: dict[str, Area]) -> list[Area]:
    rows = [_grid_row(piece, communities[piece.community]) for piece in tiling.grids]
    return Area.objects.bulk_create(rows, batch_size=200)


def _grid_row(piece: GridPiece, community: Area) -> Area:
    name = grid_name(community.short_name, int(piece.code[-3:]))
    return _row(Area.Level.GRID, piece.code, name, community, piece.outline)


def _row(level: str, code: str, name: str, parent: Area, outline: Outline) -> Area:
    district = parent.district or parent
    return Area(
        level=level,
        code=code,
        name=name,
        short_name=short_name(name),
        valid_from=CODES_OF,
        # A code that begins with another district's is one of before the renewal.
        code_provisional=not code.startswith(district.code),
        made_up=True,
        **lineage(parent),
        **outline_columns(outline, datum=DATUM),
    )
