"""Reads of places and people at work."""

import threading
from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.roles import May, Role
from grids.access import Access, postings_in_force
from grids.geo.locate import GridIndex
from grids.models import Area, MapVersion

_index: tuple[int, str, GridIndex, dict[int, int]] | None = None
_lock = threading.Lock()
# Tens of kilobytes each; nothing that asks where a point lies wants to draw it.
_OUTLINES = ("outline", "district__outline", "street__outline", "community__outline")


def grid_at(lon: float, lat: float) -> Area | None:
    """The grid in force a WGS 84 point lies in, with its street, community and district loaded."""
    grid, seen = _looked_up(lon, lat)
    if grid is not None and grid.version != seen:
        # It changed between the two reads (or only its name did): the map is read anew to be sure.
        _forget_index()
        grid, seen = _looked_up(lon, lat)
    return grid


def _looked_up(lon: float, lat: float) -> tuple[Area | None, int]:
    """The grid at a point and the version of it the map was drawn from."""
    kept = _index
    if kept and kept[1] == str(MapVersion.objects.db):
        number, _database, index, versions = kept
        area, number_now = _row(index.find(lon, lat))
        if area is not None and number_now == number:
            return area, versions[area.pk]
    index, versions = _map()
    found = index.find(lon, lat)
    return _row(found)[0], versions.get(found or 0, 0)


def _row(pk: int | None) -> tuple[Area | None, int]:
    """An area and the number the map has at that moment."""
    number = Coalesce(Subquery(MapVersion.objects.order_by("pk").values("number")[:1]), 0)
    rows = Area.objects.select_related("district", "street", "community").defer(*_OUTLINES)
    area = None if pk is None else rows.annotate(map_number=number).filter(pk=pk).first()
    return area, vars(area).pop("map_number") if area else 0


def grid_index() -> GridIndex:
    """The lookup of all grids in force, kept in memory until an outline changes anywhere.

    It is a copy of rows, remade when the map's version in the database differs.
    """
    return _map()[0]


def _forget_index() -> None:
    global _index
    _index = None


def _map() -> tuple[GridIndex, dict[int, int]]:
    """The index and the version of each grid in it."""
    global _index  # a cache of rows, guarded by the version read from the database
    number = MapVersion.objects.values_list("number", flat=True).first() or 0
    database = str(MapVersion.objects.db)
    kept = _index
    if kept and kept[:2] == (number, database):
        return kept[2:]
    with _lock:
        rows = Area.objects.filter(level=Area.Level.GRID, valid_to__isnull=True, outline__isnull=False)
        found = list(rows.order_by("pk").values_list("pk", "outline", "version"))
        index = GridIndex((pk, bytes(wkb or b"")) for pk, wkb, _version in found)
        versions = {pk: version for pk, _wkb, version in found}
        _index = (number, database, index, versions)
    return index, versions


def retired_grid_at(lon: float, lat: float) -> Area | None:
    """The grid no longer in force a point lies in, the latest one first."""
    boxed = Area.objects.filter(
        level=Area.Level.GRID,
        valid_to__isnull=False,
        min_lon__lte=lon,
        max_lon__gte=lon,
        min_lat__lte=lat,
        max_lat__gte=lat,
    )
    for area in boxed.order_by("-valid_to", "pk")[:20]:
        if area.outline and GridIndex([(area.pk, bytes(area.outline))]).find(lon, lat):
            return area
    return None


def areas_in(access: Access, ability: May, *, level: str = "") -> QuerySet[Area]:
    """Areas within a person's scope for an ability, without their outlines."""
    rows = Area.objects.filter(access.area_q(ability)).defer("outline")
    return rows.filter(level=level) if level else rows


def people_posted(
    *, roles: Collection[Role], now: datetime, area_ids: Collection[int] = (), unit_ids: Collection[int] = ()
) -> QuerySet[User]:
    """People who hold one of the roles in one of the areas or units at ``now``."""
    rows = postings_in_force(now).filter(Q(area_id__in=area_ids) | Q(unit_id__in=unit_ids), role__in=roles)
    return User.objects.filter(is_active=True, pk__in=rows.values("user_id")).order_by("name", "pk")
