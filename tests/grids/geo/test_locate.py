"""Point → grid."""

import math
from functools import cache

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from grids.geo.locate import GridIndex
from grids.geo.shapes import inner_point, metres_between, outline_to_wkb
from grids.geo.shipped import shipped_districts
from grids.geo.tiling import tile_district

WEST, EAST = box(106.5, 29.5, 106.55, 29.6), box(106.55, 29.5, 106.6, 29.6)


@cache
def outlines():
    district = shipped_districts()[0]
    return [grid.outline for grid in tile_district(district.outline, district.codes()).grids]


@cache
def shipped_index():
    return GridIndex((at, outline_to_wkb(outline)) for at, outline in enumerate(outlines(), start=1))


def index_of(**areas):
    return GridIndex((int(name[1:]), outline_to_wkb(outline)) for name, outline in areas.items())


def test_a_position_is_found_in_its_area_and_none_outside():
    index = index_of(_7=WEST, _3=EAST)
    assert index.find(106.51, 29.55) == 7
    assert index.find(106.59, 29.55) == 3
    assert index.find(106.61, 29.55) is None
    assert len(index) == 2


def test_on_a_border_the_lowest_id_wins_whatever_the_order():
    assert index_of(_7=WEST, _3=EAST).find(106.55, 29.55) == 3
    assert index_of(_3=EAST, _7=WEST).find(106.55, 29.55) == 3
    assert index_of(_3=WEST, _7=EAST).find(106.55, 29.55) == 3


def test_the_outer_border_belongs_to_the_area():
    assert index_of(_7=WEST).find(106.5, 29.5) == 7


@pytest.mark.parametrize("lon", [math.nan, math.inf, -math.inf])
def test_what_is_no_finite_number_lies_nowhere(lon):
    index = index_of(_7=WEST)
    assert index.find(lon, 29.55) is None
    assert index.find(106.51, lon) is None
    assert index.near(lon, 29.55, 100) == []


def test_an_empty_index_finds_nothing():
    index = GridIndex([])
    assert index.find(106.5, 29.5) is None
    assert index.near(106.5, 29.5, 1000) == []


def test_bytes_as_a_database_gives_them_are_taken():
    assert GridIndex([(1, memoryview(outline_to_wkb(WEST)))]).find(106.51, 29.55) == 1


def test_islands_and_holes_count():
    ring = Polygon(box(0, 0, 3, 3).exterior, [box(1, 1, 2, 2).exterior])
    index = index_of(_1=MultiPolygon([ring, box(5, 0, 6, 1)]))
    assert index.find(5.5, 0.5) == 1
    assert index.find(1.5, 1.5) is None


def test_near_lists_what_lies_within_the_distance_nearest_first():
    index = index_of(_7=WEST, _3=EAST)
    assert index.near(106.5495, 29.55, 10) == [7]
    assert index.near(106.5495, 29.55, 60) == [7, 3]
    assert index.near(106.5505, 29.55, 60) == [3, 7]
    assert index.near(106.55, 29.55, 0) == [3, 7]
    assert index.near(106.49, 29.55, 900) == []
    assert index.near(106.49, 29.55, 1000) == [7]
    assert index.near(106.51, 29.55, -1) == []


def test_near_leaves_out_what_only_the_box_touches():
    corner = index_of(_7=WEST)
    away = metres_between(106.499, 29.499, 106.5, 29.5)
    assert corner.near(106.499, 29.499, away - 1) == []
    assert corner.near(106.499, 29.499, away + 1) == [7]


def test_every_grid_is_found_by_a_position_inside_it():
    found = [shipped_index().find(*inner_point(outline)) for outline in outlines()]
    assert found == list(range(1, len(outlines()) + 1))


def test_every_corner_answers_with_the_lowest_grid_that_touches_it():
    for at in range(0, len(outlines()), 40):
        lon, lat = shapely.get_coordinates(outlines()[at])[0]
        touching = [n for n, outline in enumerate(outlines(), start=1) if outline.intersects(Point(lon, lat))]
        assert shipped_index().find(lon, lat) == min(touching)


@given(st.floats(min_value=106.4, max_value=106.9), st.floats(min_value=29.5, max_value=29.75))
@settings(deadline=None)
def test_the_index_agrees_with_looking_at_every_outline(lon, lat):
    here = Point(lon, lat)
    plain = [at for at, outline in enumerate(outlines(), start=1) if outline.intersects(here)]
    assert shipped_index().find(lon, lat) == min(plain, default=None)
    assert set(plain) <= set(shipped_index().near(lon, lat, 1))
