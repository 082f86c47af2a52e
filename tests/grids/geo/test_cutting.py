"""Whatever is cut tiles what it came from, and each position belongs to the part the case goes to."""

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box, unary_union
from shapely.geometry import Polygon

from grids.geo.cutting import (
    CutError,
    are_neighbours,
    fitted,
    halved,
    joined,
    pieces,
    place_among,
    tiled,
    without_hair,
)
from grids.geo.locate import GridIndex
from grids.geo.shapes import Outline, only_areas

SQUARE = box(107.0, 29.8, 107.01, 29.81)
WEST, EAST = box(107.0, 29.8, 107.004, 29.81), box(107.004, 29.8, 107.01, 29.81)
# A comb with two teeth: a cut across it leaves several pieces on one side.
COMB = only_areas(SQUARE.difference(box(107.004, 29.802, 107.006, 29.82)))
quickly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
inside = st.floats(0.05, 0.95)


@st.composite
def stars(draw: Any) -> Polygon:
    """Outlines with bays and points: corners at any distance around a middle."""
    count = draw(st.integers(5, 14))
    reach = [draw(st.floats(0.002, 0.01)) for _corner in range(count)]
    turn = draw(st.floats(0, 1))
    corners = [
        (107.05 + far * math.cos(2 * math.pi * (at + turn) / count),
         29.85 + far * math.sin(2 * math.pi * (at + turn) / count))
        for at, far in enumerate(reach)
    ]  # fmt: skip
    return Polygon([(round(lon, 7), round(lat, 7)) for lon, lat in corners])


def at(outline: Outline, x: float, y: float) -> tuple[float, float]:
    west, south, east, north = outline.bounds
    return west + x * (east - west), south + y * (north - south)


def check_tiles(whole: Outline, parts: list[Outline]) -> None:
    tiny = 1e-15
    assert all(part.is_valid and not part.is_empty for part in parts)
    assert unary_union(parts).symmetric_difference(whole).area < tiny
    assert sum(part.area for part in parts) - whole.area < tiny


def check_places(whole: Outline, parts: list[Outline], spots: list[tuple[float, float]]) -> None:
    index = GridIndex(list(enumerate((part.wkb for part in parts), start=1)))
    for lon, lat in spots:
        if whole.contains(Point(lon, lat)):
            here = place_among(parts, lon, lat)
            assert parts[here].distance(Point(lon, lat)) < 1e-12
            assert index.find(lon, lat) in (here + 1, None)


@quickly
@given(stars(), inside, inside, inside, inside, st.lists(st.tuples(inside, inside), max_size=20))
def test_a_cut_tiles_any_outline_and_every_position_has_its_part(
    outline: Polygon, a: float, b: float, c: float, d: float, spots: list[tuple[float, float]]
) -> None:
    assume(outline.is_valid and math.dist((a, b), (c, d)) > 0.01)
    try:
        parts = list(halved(outline, at(outline, a, b), at(outline, c, d)))
    except CutError:
        assume(False)
    check_tiles(outline, parts)
    check_places(outline, parts, [at(outline, x, y) for x, y in spots])


@quickly
@given(stars(), st.lists(st.tuples(inside, inside, inside, inside), min_size=1, max_size=4),
       st.lists(st.tuples(inside, inside), max_size=20))  # fmt: skip
def test_outlines_laid_over_it_tile_any_outline_with_what_they_leave(
    outline: Polygon, boxes: list[tuple[float, ...]], spots: list[tuple[float, float]]
) -> None:
    assume(outline.is_valid)
    drawn = [
        box(*at(outline, min(a, c), min(b, d)), *at(outline, max(a, c), max(b, d))) for a, b, c, d in boxes
    ]
    try:
        parts = fitted(outline, drawn)
    except CutError:
        assume(False)
    check_tiles(outline, parts)
    check_places(outline, parts, [at(outline, x, y) for x, y in spots])


@quickly
@given(stars(), inside, inside, inside, inside)
def test_parts_joined_again_are_what_was_cut(
    outline: Polygon, a: float, b: float, c: float, d: float
) -> None:
    assume(outline.is_valid and math.dist((a, b), (c, d)) > 0.01)
    try:
        parts = halved(outline, at(outline, a, b), at(outline, c, d))
    except CutError:
        assume(False)
    assume(are_neighbours(*parts))
    assert joined(parts).symmetric_difference(outline).area < 1e-14


@quickly
@given(st.floats(-3e-8, 3e-8), st.floats(-3e-8, 3e-8))
def test_outlines_that_miss_by_a_hair_are_made_to_tile(west: float, east: float) -> None:
    drawn = [box(107.0, 29.8, 107.004 + west, 29.81), box(107.004 + east, 29.8, 107.01, 29.81)]
    check_tiles(SQUARE, tiled(SQUARE, drawn))


def test_a_cut_through_a_comb_gives_a_side_in_pieces() -> None:
    left, right = halved(COMB, (107.02, 29.805), (106.9, 29.805))
    check_tiles(COMB, [left, right])
    assert sorted(len(pieces(side)) for side in (left, right)) == [1, 2]


@pytest.mark.parametrize(
    ("cut", "reason"),
    [
        (((107.5, 29.0), (107.5, 30.0)), "not_cut"),
        (((107.0, 29.0), (107.0, 30.0)), "not_cut"),
        (((107.005, 29.8), (107.005, 29.8)), "no_line"),
        (((107.005, math.nan), (107.005, 29.8)), "no_line"),
        (((107.005, math.inf), (107.005, 29.8)), "no_line"),
    ],
)
def test_a_line_that_cuts_nothing_is_said_so(cut: Any, reason: str) -> None:
    with pytest.raises(CutError, match=reason):
        halved(SQUARE, *cut)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([WEST, box(107.005, 29.8, 107.01, 29.81)], "gap"),
        ([WEST, box(107.003, 29.8, 107.01, 29.81)], "overlap"),
        ([WEST, box(107.004, 29.8, 107.02, 29.81)], "outside"),
        ([WEST, EAST, box(107.0, 29.8, 107.00001, 29.80001)], "no_area"),
    ],
)
def test_outlines_that_do_not_tile_are_said_so(parts: list[Outline], reason: str) -> None:
    with pytest.raises(CutError, match=reason):
        tiled(SQUARE, parts)


def test_an_outline_that_covers_all_or_nothing_cuts_nothing() -> None:
    for drawn, reason in ((box(100, 20, 110, 40), "not_cut"), (box(100, 20, 101, 21), "outside")):
        with pytest.raises(CutError, match=reason):
            fitted(SQUARE, [drawn])


def test_only_what_shares_a_border_is_joined() -> None:
    corner = box(107.01, 29.81, 107.02, 29.82)
    assert not are_neighbours(SQUARE, corner)
    for apart in ([SQUARE, corner], [WEST, EAST, box(107.5, 29.8, 107.6, 29.9)]):
        with pytest.raises(CutError, match="apart"):
            joined(apart)


def test_a_hair_between_neighbours_goes_and_a_yard_stays() -> None:
    hair, yard = box(107.002, 29.805, 107.008, 29.8050000005), box(107.002, 29.806, 107.003, 29.807)
    holed = only_areas(SQUARE.difference(MultiPolygon([hair, yard])))
    assert without_hair(holed).symmetric_difference(SQUARE.difference(yard)).area < 1e-15
