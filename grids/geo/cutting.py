"""Cutting outlines into parts that tile them, and joining neighbours. Pure geometry in WGS 84 degrees.

Parts are made as differences and intersections of the very outline they come from, so that together they
are that outline, whatever was drawn.
"""

import math
from collections.abc import Sequence
from itertools import combinations

import shapely
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from grids.geo.shapes import (
    METRES_PER_DEGREE,
    SLIVER_METRES,
    Outline,
    find_flaws,
    only_areas,
    square_metres,
)

LEAST_PART = 100.0  # m²: what is smaller is no grid but a slip of the hand
TOUCH = 1e-6  # degrees, about ten centimetres: drawn borders are no closer than that
LEAST_BORDER = 1.0  # m that neighbours have in common


class CutError(ValueError):
    """Parts that can't be; ``reason`` is a stable word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def halved(outline: Outline, start: tuple[float, float], end: tuple[float, float]) -> tuple[Outline, Outline]:
    """The parts left and right of the straight line through two positions, as one looks along it.

    Raises CutError "no_line" when the positions are one, "not_cut" when it leaves one side without ground.
    """
    if not all(map(math.isfinite, (*start, *end))) or math.dist(start, end) < TOUCH:
        raise CutError("no_line")
    left = only_areas(outline.intersection(_left_of(outline, start, end)))
    right = only_areas(outline.difference(left))
    if min(square_metres(left), square_metres(right)) < LEAST_PART:
        raise CutError("not_cut")
    return left, right


def _left_of(outline: Outline, start: tuple[float, float], end: tuple[float, float]) -> Polygon:
    """A rectangle left of the line, large enough to hold all of the outline that lies there."""
    west, south, east, north = outline.bounds
    middle = ((west + east) / 2, (south + north) / 2)
    far = 2.0 * (math.dist((west, south), (east, north)) + math.dist(middle, start) + math.dist(start, end))
    length = math.dist(start, end)
    x, y = (end[0] - start[0]) / length * far, (end[1] - start[1]) / length * far
    corners = [(start[0] - x, start[1] - y), (start[0] + x, start[1] + y)]
    return Polygon([*corners, *((lon - y, lat + x) for lon, lat in reversed(corners))])


def fitted(outline: Outline, drawn: Sequence[Outline]) -> list[Outline]:
    """Cut the outline by shapes drawn over it: each takes what it covers first, the rest is one more part.

    Raises CutError "outside" when a shape covers (nearly) nothing that is left, "not_cut" when it covers all.
    """
    parts: list[Outline] = []
    rest: BaseGeometry = outline
    for shape in drawn:
        mine = only_areas(rest.intersection(shape))
        if square_metres(mine) < LEAST_PART:
            raise CutError("outside")
        parts.append(mine)
        rest = only_areas(rest.difference(mine))
    remaining = MultiPolygon([piece for piece in pieces(rest) if square_metres(piece) >= LEAST_PART])
    if not remaining.is_empty:
        parts.append(only_areas(remaining))
    if len(parts) < 2:
        raise CutError("not_cut")
    return _adopted(parts, rest.difference(remaining) if not remaining.is_empty else rest)


def tiled(outline: Outline, parts: Sequence[Outline]) -> list[Outline]:
    """The parts, made to tile the outline to the last digit, if they do but for what rounding leaves.

    Raises CutError "gap", "overlap", "outside" (see ``find_flaws``) or "no_area".
    """
    if min(map(square_metres, parts)) < LEAST_PART:
        raise CutError("no_area")
    named = {str(at): part for at, part in enumerate(parts)}
    if flaws := find_flaws(named, outline):
        raise CutError(flaws[0].kind)
    exact: list[Outline] = []
    rest: BaseGeometry = outline
    for part in parts:
        exact.append(only_areas(rest.intersection(part)))
        rest = only_areas(rest.difference(part))
    return _adopted(exact, rest)


def _adopted(parts: list[Outline], specks: BaseGeometry) -> list[Outline]:
    """Give each speck that nobody took to the part it has the longest border with."""
    for speck in pieces(specks):
        if speck.area <= 0:
            continue
        shared = [speck.boundary.intersection(part.buffer(TOUCH)).length for part in parts]
        at = max(range(len(parts)), key=lambda index: (shared[index], -index))
        parts[at] = only_areas(parts[at].union(speck))
    return parts


def joined(outlines: Sequence[Outline]) -> Outline:
    """Neighbours as one outline; hair-thin gaps between them go.

    Raises CutError "apart" when they do not all hang together by borders.
    """
    near = {index: set[int]() for index in range(len(outlines))}
    for one, two in combinations(range(len(outlines)), 2):
        if are_neighbours(outlines[one], outlines[two]):
            near[one].add(two)
            near[two].add(one)
    reached, open_ends = {0}, [0]
    while open_ends:
        fresh = near[open_ends.pop()] - reached
        reached |= fresh
        open_ends += fresh
    if len(reached) < len(outlines):
        raise CutError("apart")
    return without_hair(only_areas(shapely.union_all(list(outlines))))


def are_neighbours(one: Outline, two: Outline) -> bool:
    """Whether two outlines share a border of at least a metre, gaps of drawing left aside."""
    if not one.dwithin(two, TOUCH):
        return False
    border = one.boundary.intersection(two.buffer(TOUCH))
    return float(border.length) * METRES_PER_DEGREE * _narrowing(one) >= LEAST_BORDER


def without_hair(outline: Outline) -> Outline:
    """The outline with its holes narrower than ten centimetres filled."""
    kept = [Polygon(p.exterior, [ring for ring in p.interiors if not _hair(ring)]) for p in pieces(outline)]
    return only_areas(MultiPolygon(kept))


def _hair(ring: BaseGeometry) -> bool:
    hole = Polygon(ring.coords)
    around = float(hole.length) * METRES_PER_DEGREE * _narrowing(hole)
    return 2.0 * square_metres(hole) < SLIVER_METRES * around


def pieces(outline: BaseGeometry) -> list[Polygon]:
    """The single polygons an outline consists of."""
    whole = only_areas(outline)
    return [whole] if isinstance(whole, Polygon) else list(whole.geoms)


def place_among(outlines: Sequence[Outline], lon: float, lat: float) -> int:
    """Which of the outlines a position belongs to: the first it lies in or on, else the nearest."""
    point = Point(lon, lat)
    inside = (at for at, outline in enumerate(outlines) if outline.intersects(point))
    far = [outline.distance(point) for outline in outlines]
    return next(inside, far.index(min(far)))


def _narrowing(outline: BaseGeometry) -> float:
    return math.cos(math.radians(outline.bounds[1]))
