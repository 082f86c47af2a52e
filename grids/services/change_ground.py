"""What a change does to the ground around it: outlines above, ground that nobody covers."""

from collections.abc import Iterable

import shapely

from grids.geo.cutting import without_hair
from grids.geo.shapes import Outline, only_areas, outline_from_wkb, square_metres
from grids.models import Area
from grids.services.change_plan import Altered

_LEVELS = ("community", "street", "district")


def ancestors_altered(passing: Iterable[tuple[Outline, Area, Area]]) -> list[Altered]:
    """The new outlines above: each piece of ground passes from below one parent to below another.

    Areas without an outline stay without; those above both keep theirs.
    """
    rows: dict[int, Area] = {}
    outlines: dict[int, Outline] = {}
    for piece, source, target in passing:
        for level in _LEVELS:
            old, new = _above(source, level), _above(target, level)
            if old is None or new is None or old.pk == new.pk:
                continue
            for area in (old, new):
                if area.outline and area.pk not in rows:
                    rows[area.pk], outlines[area.pk] = area, outline_from_wkb(area.outline)
            if old.pk in rows:
                outlines[old.pk] = only_areas(outlines[old.pk].difference(piece))
            if new.pk in rows:
                outlines[new.pk] = without_hair(only_areas(outlines[new.pk].union(piece)))
    # One that gives away all its ground keeps its last outline until it is retired.
    return [Altered(rows[pk], outlines[pk]) for pk in sorted(rows) if not outlines[pk].is_empty]


def _above(parent: Area, level: str) -> Area | None:
    if parent.level == level:
        return parent
    above: Area | None = getattr(parent, level)
    return above


def uncovered(area: Area) -> float:
    """Square metres of a grid's ground that no other grid in force covers."""
    if not area.outline or area.min_lon is None:
        return 0.0
    near = Area.objects.filter(
        level=area.level, valid_to=None, outline__isnull=False, max_lon__gte=area.min_lon,
        min_lon__lte=area.max_lon, max_lat__gte=area.min_lat, min_lat__lte=area.max_lat,
    ).exclude(pk=area.pk)  # fmt: skip
    others = [bytes(wkb or b"") for wkb in near.values_list("outline", flat=True)[:200]]
    covered = shapely.union_all(shapely.from_wkb(others))
    return square_metres(only_areas(outline_from_wkb(area.outline).difference(covered)))
