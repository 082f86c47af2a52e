"""Putting a point of another city onto a district so that neighbours stay neighbours. Pure.

Each zone of the source city is laid over one district: latitudes linearly over the district's height
(less a margin), longitudes linearly along the stretch of that parallel that lies inside the outline.
So every point of a zone falls inside the district, equal points fall together, order along both axes
is kept, and what was a crowded corner stays one. Distances are stretched, not kept: a city of 120 km²
is laid over districts of 220 to 1,420 km².
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from cases.replay.mapping import Zone
from core.errors import BadInput

# The tips of an outline are left out: there a whole zone's width would be squeezed onto a few metres.
MARGIN = 0.04
# Off the border itself, where the next district begins.
MARGIN_ACROSS = 0.005


@dataclass(frozen=True, slots=True)
class Placed:
    """A position in WGS 84 degrees and the 6-digit code of the district it was put into."""

    lon: float
    lat: float
    district: str


class Placer:
    """Places points by the zones of a mapping file onto the outlines of the districts at hand."""

    def __init__(self, zones: tuple[Zone, ...], outlines: Mapping[str, BaseGeometry]) -> None:
        """``outlines``: 6-digit code → polygon in WGS 84. Raises BadInput when a zone finds no district."""
        self._zones = [(zone, *_outline(zone, outlines)) for zone in zones]

    def place(self, lon: float, lat: float) -> Placed | None:
        """Where a source point goes; None when it lies in no zone or its parallel misses the outline."""
        for zone, code, outline in self._zones:
            west, south, east, north = zone.bounds
            if west <= lon <= east and south <= lat <= north:
                across, up = (lon - west) / (east - west), (lat - south) / (north - south)
                return _inside(code, outline, across, up)
        return None


def _inside(code: str, outline: BaseGeometry, across: float, up: float) -> Placed | None:
    _west, south, _east, north = outline.bounds
    lat = round(south + (north - south) * (MARGIN + up * (1 - 2 * MARGIN)), 7)
    stretches = _stretches(outline, lat)
    rest = (MARGIN_ACROSS + across * (1 - 2 * MARGIN_ACROSS)) * sum(east - west for west, east in stretches)
    for west, east in stretches:
        if rest <= east - west:
            return Placed(round(west + rest, 7), lat, code)
        rest -= east - west
    return None


def _outline(zone: Zone, outlines: Mapping[str, BaseGeometry]) -> tuple[str, BaseGeometry]:
    for code in zone.districts:
        if code in outlines and not outlines[code].is_empty:
            return code, outlines[code]
    raise BadInput(
        _("The district %(codes)s has no outline. Load the districts first.")
        % {"codes": " / ".join(zone.districts)}
    )


def _stretches(outline: BaseGeometry, lat: float) -> tuple[tuple[float, float], ...]:
    """The (west, east) pieces of a parallel that lie inside the outline, from west to east."""
    west, _south, east, _north = outline.bounds
    cut = outline.intersection(LineString([(west - 1, lat), (east + 1, lat)]))
    pieces = [part.bounds for part in getattr(cut, "geoms", [cut]) if part.geom_type == "LineString"]
    return tuple(sorted((piece[0], piece[2]) for piece in pieces if piece[2] > piece[0]))
