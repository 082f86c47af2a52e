"""Outlines in and out, their checks, and distances on the ground."""

import json

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from grids.geo.shapes import (
    MAX_VERTICES,
    OutlineError,
    bounding_box,
    box_around,
    check_outline,
    find_flaws,
    inner_point,
    metres_between,
    outline_from_geojson,
    outline_from_wkb,
    outline_to_geojson,
    outline_to_wkb,
    square_metres,
)

SQUARE = box(106.5, 29.5, 106.6, 29.6)
BOW_TIE = Polygon([(106.5, 29.5), (106.6, 29.6), (106.6, 29.5), (106.5, 29.6)])
lons = st.floats(min_value=-180, max_value=180)
lats = st.floats(min_value=-89, max_value=89)


def reason_of(geometry):
    with pytest.raises(OutlineError) as refusal:
        check_outline(geometry)
    return refusal.value.reason


def test_an_outline_survives_geojson_and_wkb():
    text = json.dumps(outline_to_geojson(SQUARE))
    assert outline_from_geojson(text).equals(SQUARE)
    assert outline_from_wkb(outline_to_wkb(SQUARE)).equals_exact(SQUARE, 0)
    assert outline_from_wkb(memoryview(outline_to_wkb(SQUARE))).equals_exact(SQUARE, 0)


def test_a_feature_is_read_like_its_geometry():
    feature = {"type": "Feature", "properties": {"name": "x"}, "geometry": outline_to_geojson(SQUARE)}
    assert outline_from_geojson(feature).equals(SQUARE)


@pytest.mark.parametrize(
    "broken",
    [
        "no json",
        "[]",
        "3",
        "{}",
        {"type": "Feature"},
        {"type": "Feature", "geometry": None},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": 3},
        {"type": "Polygon", "coordinates": [[[1, 2]]]},
        {"type": "Polygon", "coordinates": [[["a", "b"], [1, 2], [3, 4], ["a", "b"]]]},
        {"type": "Circle", "coordinates": []},
    ],
)
def test_what_is_no_geojson_is_refused_with_a_reason(broken):
    with pytest.raises(OutlineError) as refusal:
        outline_from_geojson(broken)
    assert refusal.value.reason == "not_geojson"


def test_a_bow_tie_is_repaired_into_its_two_halves():
    repaired = check_outline(BOW_TIE)
    assert repaired.is_valid
    assert repaired.geom_type == "MultiPolygon"
    assert repaired.area == pytest.approx(0.005)


def test_islands_that_touch_along_a_line_become_one_piece():
    halves = MultiPolygon([box(106.5, 29.5, 106.55, 29.6), box(106.55, 29.5, 106.6, 29.6)])
    assert check_outline(halves).geom_type == "Polygon"


def test_heights_are_dropped():
    assert not check_outline(shapely.force_3d(SQUARE, 400.0)).has_z


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (Polygon(), "empty"),
        (Point(106.5, 29.5), "no_area"),
        (LineString([(106.5, 29.5), (106.6, 29.6)]), "no_area"),
        (box(0, 0, 500_000, 3_000_000), "out_of_range"),
        (box(106.5, 29.5, 106.6, 91.0), "out_of_range"),
        (Polygon([(106.5, 29.5), (106.6, 29.6), (106.7, 29.7)]), "unrepairable"),
        (box(106.5, 29.5, 106.5 + 1e-9, 29.5 + 1e-9), "unrepairable"),
        (box(106.5, 29.5, 106.6, 29.6).segmentize(0.4 / MAX_VERTICES), "too_many_points"),
    ],
)
def test_an_outline_that_can_not_be_used_is_refused_with_a_reason(geometry, reason):
    assert reason_of(geometry) == reason


def test_stored_bytes_that_are_no_area_are_refused():
    for wkb in (b"rubbish", shapely.to_wkb(Point(1, 2)), shapely.to_wkb(Polygon())):
        with pytest.raises(OutlineError):
            outline_from_wkb(wkb)


def test_the_inner_point_of_a_horseshoe_lies_in_the_horseshoe():
    horseshoe = box(0, 0, 3, 3).difference(box(1, -1, 2, 2.9))
    assert not horseshoe.contains(horseshoe.centroid)
    assert horseshoe.contains(Point(inner_point(horseshoe)))
    assert inner_point(SQUARE) == pytest.approx((106.55, 29.55))


def test_the_bounding_box_is_west_south_east_north():
    assert bounding_box(SQUARE) == (106.5, 29.5, 106.6, 29.6)


def test_neighbours_that_share_a_border_have_no_flaw():
    pair = {"a": box(106.5, 29.5, 106.55, 29.6), "b": box(106.55, 29.5, 106.6, 29.6)}
    assert find_flaws(pair, SQUARE) == []


def test_gap_overlap_and_what_sticks_out_are_found_largest_first():
    outlines = {"a": box(106.49, 29.5, 106.55, 29.6), "b": box(106.545, 29.5, 106.57, 29.6)}
    flaws = find_flaws(outlines, SQUARE)
    assert [(flaw.kind, flaw.names) for flaw in flaws] == [
        ("gap", ("b",)),
        ("outside", ("a",)),
        ("overlap", ("a", "b")),
    ]
    assert flaws[0].square_metres == pytest.approx(3.226e7, rel=0.01)
    assert Point(flaws[0].where).within(SQUARE)


def test_without_a_frame_only_an_enclosed_hole_is_a_gap():
    ring = SQUARE.difference(box(106.54, 29.54, 106.56, 29.56))
    assert [flaw.kind for flaw in find_flaws({"ring": ring})] == ["gap"]
    assert find_flaws({"ring": ring, "yolk": box(106.54, 29.54, 106.56, 29.56)}) == []
    assert find_flaws({"a": box(0, 0, 1, 1), "b": box(2, 0, 3, 1)}) == []


def test_a_sliver_of_a_centimetre_is_no_finding_for_people():
    pair = {"a": box(106.5, 29.5, 106.55, 29.6), "b": box(106.5500001, 29.5, 106.6, 29.6)}
    assert find_flaws(pair, SQUARE) == []


def test_distances_match_known_ones():
    # One degree of a great circle on the mean sphere is 111.195 km.
    assert metres_between(106.0, 29.0, 106.0, 30.0) == pytest.approx(111_195, abs=1)
    assert metres_between(106.55, 29.56, 106.55, 29.56) == 0
    assert metres_between(179.5, 0, -179.5, 0) == pytest.approx(111_195, abs=1)
    assert metres_between(0, 0, 180, 0) == pytest.approx(20_015_115, abs=1)


def test_the_area_of_a_square_kilometre_is_a_million_square_metres():
    west, south, east, north = box_around(106.5, 29.5, 500.0)
    assert square_metres(box(west, south, east, north)) == pytest.approx(1e6, rel=1e-3)
    assert square_metres(Polygon()) == 0


@given(lons, lats, st.floats(min_value=0, max_value=50_000), st.floats(min_value=0, max_value=1), lons, lats)
def test_the_box_around_a_position_holds_all_that_is_within_the_distance(
    lon, lat, metres, share, to_lon, to_lat
):
    """A position is drawn towards another until it lies within the distance; then it must be in the box."""
    while metres_between(lon, lat, lon + (to_lon - lon) * share, lat + (to_lat - lat) * share) > metres:
        share /= 2
    west, south, east, north = box_around(lon, lat, metres)
    assert west <= lon + (to_lon - lon) * share <= east or east - west >= 360
    assert south <= lat + (to_lat - lat) * share <= north


def test_the_box_around_a_pole_spans_every_longitude():
    west, _south, east, north = box_around(0.0, 89.9999, 1000.0)
    assert (east - west, north) == (360.0, 90.0)
