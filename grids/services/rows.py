"""How an area row is put together: names, ancestors, outline columns, the map's version. No rules here."""

import secrets
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F

from grids.geo.shapes import Outline, bounding_box, inner_point, outline_to_wkb
from grids.models import Area, MapVersion

CITY_TIME = ZoneInfo("Asia/Shanghai")
PARENT_LEVEL = {"street": "district", "community": "street", "grid": "community"}


def day_of(now: datetime) -> date:
    """The calendar day in the city at this moment."""
    return now.astimezone(CITY_TIME).date()


def short_name(name: str) -> str:
    """A name for display: 桥北社区居民委员会 → 桥北社区, 石门村村民委员会 → 石门村."""
    if name.endswith("村民委员会"):
        stem = name.removesuffix("村民委员会")
        return stem if stem.endswith("村") else f"{stem}村"
    return name.removesuffix("居民委员会") or name


def grid_name(community: str, serial: int) -> str:
    """The name of a grid nobody named: its community's short name and its number there."""
    return f"{community}第{serial}网格"


def lineage(parent: Area | None) -> dict[str, Area | None]:
    """The four tree columns of a child of ``parent``."""
    if parent is None:
        return {"parent": None, "district": None, "street": None, "community": None}
    above = {"district": parent.district, "street": parent.street, "community": parent.community}
    return {"parent": parent, **above, parent.level: parent}


def hang(row: Area, parent: Area) -> None:
    """Put an area below another; the ancestor columns of all that lies below it follow, each as a change."""
    above = lineage(parent)
    for column, value in above.items():
        setattr(row, column, value)
    row.version += 1
    row.save(update_fields=[*above, "version"])
    if row.level == Area.Level.GRID:
        return
    inherited = {level: area for level, area in above.items() if area is not None and level != "parent"}
    below = Area.objects.filter(**{f"{row.level}_id": row.pk})
    below.update(version=F("version") + 1, **inherited)


def outline_columns(outline: Outline | None, *, datum: str = "WGS84") -> dict[str, Any]:
    """The outline column with its box and a point inside; all None without an outline.

    ``outline`` is in WGS 84 already; ``datum`` says what it was converted from.
    """
    boxes = ("min_lon", "min_lat", "max_lon", "max_lat", "centre_lon", "centre_lat")
    if outline is None:
        return {"outline": None, "source_datum": "", **dict.fromkeys(boxes)}
    values = (*bounding_box(outline), *inner_point(outline))
    return {
        "outline": outline_to_wkb(outline),
        "source_datum": datum,
        **dict(zip(boxes, values, strict=True)),
    }


def map_touch() -> None:
    """Tell every process that keeps the map in memory to read it anew after this transaction.

    The new number is drawn, not counted: one more than before could come twice, when a transaction
    that counted up is rolled back, and a map kept from within it would pass for the next one.
    """
    number = secrets.randbits(62)
    if not MapVersion.objects.update(number=number):
        MapVersion.objects.create(number=number)
