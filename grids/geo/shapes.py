"""Outlines as GeoJSON, shapely and WKB, their checks, and distances on the ground.

Positions are degrees (longitude, latitude) in WGS 84; distances are metres, areas square metres.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry

EARTH_RADIUS = 6_371_008.8  # mean radius in metres, IUGG
METRES_PER_DEGREE = EARTH_RADIUS * math.pi / 180.0
GRID_STEP = 1e-7  # degrees, about a centimetre: the raster all stored vertices lie on
MAX_VERTICES = 200_000
SLIVER_METRES = 0.1  # a flaw narrower than this comes from rounding, not from a person
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError)

Outline = Polygon | MultiPolygon
Kind = Literal["gap", "overlap", "outside"]
Flaw = tuple[Kind, tuple[str, ...], Polygon]
Reason = Literal["not_geojson", "no_area", "empty", "out_of_range", "too_many_points", "unrepairable"]


class OutlineError(ValueError):
    """A foreign outline that can't be used; `reason` is a stable word, the text a plain English sentence."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason: Reason = reason


@dataclass(frozen=True)
class Finding:
    """A flaw among outlines: the names of those it touches, how large it is, where (lon, lat) it lies."""

    kind: Kind
    names: tuple[str, ...]
    square_metres: float
    where: tuple[float, float]


def outline_from_geojson(geojson: Mapping[str, Any] | str) -> Outline:
    """Read a GeoJSON geometry or feature (dict or text) as a checked outline; raises OutlineError."""
    try:
        data = json.loads(geojson) if isinstance(geojson, str) else geojson
        geometry = shape(dict(data["geometry"] if data.get("type") == "Feature" else data))
    except UNREADABLE as error:
        raise OutlineError("not_geojson", "This is not a GeoJSON geometry.") from error
    return check_outline(geometry)


def outline_to_geojson(outline: BaseGeometry) -> dict[str, Any]:
    """Give a geometry as a GeoJSON geometry of plain lists, ready for JSON."""
    plain: dict[str, Any] = json.loads(json.dumps(mapping(outline)))
    return plain


def outline_from_wkb(wkb: bytes | memoryview) -> Outline:
    """Read a stored outline; raises OutlineError if the bytes are no area."""
    try:
        geometry = shapely.from_wkb(bytes(wkb))
    except shapely.errors.ShapelyError as error:
        raise OutlineError("no_area", "The stored outline can't be read.") from error
    return _as_area(geometry)


def outline_to_wkb(outline: BaseGeometry) -> bytes:
    """Give a geometry as little-endian two-dimensional WKB."""
    wkb: bytes = shapely.to_wkb(outline, byte_order=1, output_dimension=2)
    return wkb


def bounding_box(outline: BaseGeometry) -> tuple[float, float, float, float]:
    """West, south, east, north of a geometry in degrees."""
    west, south, east, north = outline.bounds
    return west, south, east, north


def inner_point(outline: BaseGeometry) -> tuple[float, float]:
    """A position that surely lies inside: the centroid where it does, else a point on the surface."""
    point = outline.centroid
    if not outline.contains(point):
        point = outline.point_on_surface()
    return point.x, point.y


def check_outline(geometry: BaseGeometry) -> Outline:
    """Accept a foreign geometry as an outline: repaired, two-dimensional and on the common raster.

    Self-intersections and rings out of order are repaired; lines and points that a repair leaves behind go.
    Raises OutlineError with reason empty, no_area, out_of_range, too_many_points or unrepairable.
    """
    _refuse_unusable(geometry)
    repaired = only_areas(shapely.make_valid(shapely.force_2d(geometry), method="structure"))
    outline = only_areas(shapely.set_precision(repaired, GRID_STEP))
    if outline.is_empty or not outline.is_valid:
        raise OutlineError("unrepairable", "Nothing with an area is left after repairing this outline.")
    return _as_area(outline)


def _refuse_unusable(geometry: BaseGeometry) -> None:
    if geometry.is_empty:
        raise OutlineError("empty", "This outline is empty.")
    if geometry.geom_type not in ("Polygon", "MultiPolygon"):
        raise OutlineError("no_area", f"An outline is a Polygon or MultiPolygon, not a {geometry.geom_type}.")
    positions = shapely.get_coordinates(geometry)
    if len(positions) > MAX_VERTICES:
        raise OutlineError("too_many_points", f"An outline has at most {MAX_VERTICES} points.")
    if not np.isfinite(positions).all() or (np.abs(positions) > (180.0, 90.0)).any():
        raise OutlineError("out_of_range", "Positions are degrees: longitude up to 180, latitude up to 90.")


def only_areas(geometry: BaseGeometry) -> Outline:
    """Keep the polygons of a geometry, dropping lines, points and what has no area; may be empty."""
    polygons = [part for part in _polygons(geometry) if part.area > 0]
    return polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)


def _polygons(geometry: BaseGeometry) -> list[Polygon]:
    if isinstance(geometry, Polygon):
        return [geometry]
    return [polygon for part in getattr(geometry, "geoms", ()) for polygon in _polygons(part)]


def _as_area(geometry: BaseGeometry | None) -> Outline:
    if isinstance(geometry, Polygon | MultiPolygon) and not geometry.is_empty:
        return geometry
    raise OutlineError("no_area", "An outline must have an area.")


def find_flaws(
    outlines: Mapping[str, BaseGeometry], within: BaseGeometry | None = None, *, least: float = 1.0
) -> list[Finding]:
    """Find gaps and overlaps among named valid outlines, largest first.

    Flaws under `least` square metres (above 0) and slivers under 10 cm in width are left out.
    `within` is the outline they should fill: ground in it that nobody covers is a gap, ground beyond it is
    outside. Without it only holes wholly enclosed by the outlines are gaps.
    """
    names = sorted(outlines)
    areas = [outlines[name] for name in names]
    covered = shapely.unary_union(areas)
    flaws = _overlaps(names, areas)
    missing = _holes(covered) if within is None else within.difference(covered)
    flaws += [("gap", _touching(part, names, areas), part) for part in _polygons(missing)]
    if within is not None:
        for name, area in zip(names, areas, strict=True):
            flaws += [("outside", (name,), part) for part in _polygons(area.difference(within))]
    found = [_finding(*flaw) for flaw in flaws if _matters(flaw[2], least)]
    return sorted(
        found, key=lambda finding: (-finding.square_metres, finding.kind, finding.names, finding.where)
    )


def _matters(part: Polygon, least: float) -> bool:
    area = square_metres(part)
    narrowing = math.cos(math.radians(part.bounds[1]))
    perimeter = part.length * METRES_PER_DEGREE * narrowing
    return area >= least and 2.0 * area >= SLIVER_METRES * perimeter


def _overlaps(names: list[str], areas: list[BaseGeometry]) -> list[Flaw]:
    first, second = shapely.STRtree(areas).query(areas, predicate="intersects")
    pairs = sorted((int(one), int(two)) for one, two in zip(first, second, strict=True) if one < two)
    return [
        ("overlap", (names[one], names[two]), part)
        for one, two in pairs
        for part in _polygons(areas[one].intersection(areas[two]))
    ]


def _holes(covered: BaseGeometry) -> BaseGeometry:
    rings = [Polygon(ring) for part in _polygons(covered) for ring in part.interiors]
    return shapely.unary_union(rings).difference(covered)


def _touching(flaw: BaseGeometry, names: list[str], areas: list[BaseGeometry]) -> tuple[str, ...]:
    near = shapely.STRtree(areas).query(flaw, predicate="intersects")
    return tuple(names[index] for index in sorted(int(index) for index in near))


def _finding(kind: Kind, names: tuple[str, ...], part: Polygon) -> Finding:
    lon, lat = inner_point(part)
    return Finding(kind, names, square_metres(part), (lon, lat))


def square_metres(outline: BaseGeometry) -> float:
    """The area on the ground, right to well under a per cent for outlines the size of a district."""
    if outline.is_empty:
        return 0.0
    narrowing = math.cos(math.radians(outline.centroid.y))
    return float(outline.area) * METRES_PER_DEGREE**2 * narrowing


def metres_between(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Great-circle distance between two positions in metres (haversine on the mean sphere)."""
    lat_one, lat_two = math.radians(lat_a), math.radians(lat_b)
    half_lat = math.sin((lat_two - lat_one) / 2.0)
    half_lon = math.sin(math.radians(lon_b - lon_a) / 2.0)
    chord = half_lat**2 + math.cos(lat_one) * math.cos(lat_two) * half_lon**2
    return 2.0 * EARTH_RADIUS * math.asin(min(1.0, math.sqrt(chord)))


def box_around(lon: float, lat: float, metres: float) -> tuple[float, float, float, float]:
    """West, south, east, north of a box that holds every position within `metres` of this one.

    The box is a little larger than the circle; near a pole it spans every longitude. It isn't wrapped
    at 180°.
    """
    up = metres / METRES_PER_DEGREE * (1.0 + 1e-9) + 1e-9
    ratio = math.sin(min(math.radians(up), math.pi / 2)) / max(math.cos(math.radians(lat)), 1e-12)
    side = 180.0 if abs(lat) + up >= 90.0 or ratio >= 1.0 else math.degrees(math.asin(ratio)) + 1e-9
    return lon - side, max(lat - up, -90.0), lon + side, min(lat + up, 90.0)
