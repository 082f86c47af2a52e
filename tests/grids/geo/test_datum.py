"""GCJ-02 ⇄ WGS 84."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, box

from grids.geo.datum import (
    gcj02_to_wgs84,
    geometry_gcj02_to_wgs84,
    geometry_wgs84_to_gcj02,
    wgs84_to_gcj02,
)
from grids.geo.shapes import metres_between

lons_in_china = st.floats(min_value=74.0, max_value=135.0)
lats_in_china = st.floats(min_value=4.0, max_value=53.0)


def test_beijing_matches_the_figure_everybody_publishes():
    assert wgs84_to_gcj02(116.404, 39.915) == pytest.approx(
        (116.41024449916938, 39.91640428150164), abs=1e-12
    )


@given(lons_in_china, lats_in_china)
def test_there_and_back_ends_within_a_ten_millionth_degree(lon, lat):
    assert gcj02_to_wgs84(*wgs84_to_gcj02(lon, lat)) == pytest.approx((lon, lat), abs=1e-7)


@given(lons_in_china, lats_in_china)
def test_back_and_there_ends_within_a_ten_millionth_degree(lon, lat):
    assert wgs84_to_gcj02(*gcj02_to_wgs84(lon, lat)) == pytest.approx((lon, lat), abs=1e-7)


@given(st.floats(min_value=105.3, max_value=110.2), st.floats(min_value=28.2, max_value=32.2))
def test_chongqing_is_displaced_by_100_to_700_metres(lon, lat):
    assert 100 < metres_between(lon, lat, *wgs84_to_gcj02(lon, lat)) < 700


@pytest.mark.parametrize(("lon", "lat"), [(-122.42, 37.77), (2.35, 48.86), (151.2, -33.87)])
def test_places_outside_of_china_stay_where_they_are(lon, lat):
    assert wgs84_to_gcj02(lon, lat) == (lon, lat)
    assert gcj02_to_wgs84(lon, lat) == (lon, lat)


def test_a_whole_geometry_moves_vertex_by_vertex_and_keeps_its_type():
    outlines = MultiPolygon([box(106.4, 29.5, 106.5, 29.6), box(107.0, 29.8, 107.1, 29.9)])
    moved = geometry_wgs84_to_gcj02(outlines)
    expected = [wgs84_to_gcj02(lon, lat) for lon, lat in shapely.get_coordinates(outlines)]
    assert moved.geom_type == "MultiPolygon"
    assert shapely.get_coordinates(moved) == pytest.approx(np.array(expected), abs=1e-12)
    assert geometry_gcj02_to_wgs84(moved).equals_exact(outlines, 1e-9)


def test_an_empty_geometry_stays_empty():
    assert geometry_gcj02_to_wgs84(Point()).is_empty
