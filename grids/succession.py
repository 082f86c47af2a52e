"""What follows an area that ended, over any number of changes, and where ground went."""

from collections.abc import Sequence

import shapely
from django.db.models import QuerySet
from shapely.geometry import Point

from grids.geo.cutting import place_among
from grids.geo.shapes import outline_from_wkb
from grids.models import Area, AreaJob, Succession

_JOINS = ("district", "street", "community")
_NO_OUTLINES = tuple(f"{name}__outline" for name in _JOINS)


def heirs_in_force(area_id: int) -> list[Area]:
    """The areas in force that follow one that ended, by id, each with its ancestors; maybe none."""
    found: set[int] = set()
    layer, seen = {area_id}, {area_id}
    while layer:
        rows = Succession.objects.filter(old_id__in=layer).values_list("new_id", "new__valid_to")
        layer = {new for new, _ended in rows} - seen
        found |= {new for new, ended in rows if ended is None}
        # What is in force is followed no further, even where its own successor stands already.
        layer -= found
        seen |= layer
    return list(_whole().filter(pk__in=found).order_by("pk"))


def heir_at(heirs: Sequence[Area], lon: float, lat: float) -> Area | None:
    """The heir a position belongs to: in whose outline it lies, else the nearest; None without heirs."""
    drawn = [heir for heir in heirs if heir.outline]
    if len(drawn) < 2:
        return next(iter(drawn or heirs), None)
    return drawn[place_among([outline_from_wkb(heir.outline or b"") for heir in drawn], lon, lat)]


def area_now(area_id: int) -> Area:
    """An area as it is in this moment, with its ancestors."""
    return _whole().get(pk=area_id)


def passed_to(job: AreaJob, area_id: int, lon: float, lat: float) -> int | None:
    """The id of the grid to which a position passed from this grid under a job; None when it did not."""
    point = Point(lon, lat)
    for piece in job.ground:
        if piece["from"] == area_id and shapely.from_wkb(piece["outline"]).intersects(point):
            return int(piece["to"])
    return None


def _whole() -> QuerySet[Area]:
    return Area.objects.select_related(*_JOINS).defer(*_NO_OUTLINES)
