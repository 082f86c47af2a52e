"""The shipped places as they are read."""

import csv
import json

import shapely
from shapely.geometry import Point, shape

from grids.geo.shapes import find_flaws, metres_between, square_metres
from grids.geo.shipped import DATA, shipped_districts

districts = {district.code: district for district in shipped_districts()}


def test_three_districts_57_streets_and_602_communities_are_read():
    assert {code: district.name for code, district in districts.items()} == {
        "500105": "江北区",
        "500106": "沙坪坝区",
        "500115": "长寿区",
    }
    streets = [street for district in districts.values() for street in district.streets]
    assert len(streets) == 57
    assert sum(len(street.communities) for street in streets) == 602


def test_codes_are_unique_and_of_the_right_length():
    streets = [street for district in districts.values() for street in district.streets]
    communities = [community.code for street in streets for community in street.communities]
    assert {len(street.code) for street in streets} == {9}
    assert {len(code) for code in communities} == {12}
    assert len(set(communities)) == 602


def test_the_name_that_exists_twice_stays_two_communities():
    found = [
        community.code
        for district in districts.values()
        for street in district.streets
        for community in street.communities
        if community.name.startswith("桥北社区")
    ]
    assert found == ["500105001001", "500106015002"]


def test_names_stay_whole():
    with (DATA / "communities_three_districts.csv").open(encoding="utf-8", newline="") as file:
        names = {row["code"]: row["name"] for row in csv.DictReader(file)}
    read = {
        community.code: community.name
        for district in districts.values()
        for street in district.streets
        for community in street.communities
    }
    assert read == names


def test_outlines_are_valid_disjoint_single_pieces_without_holes():
    for district in districts.values():
        assert district.outline.is_valid
        assert district.outline.geom_type == "Polygon"
        assert len(district.outline.interiors) == 0
    outlines = {code: district.outline for code, district in districts.items()}
    assert find_flaws(outlines) == []


def test_areas_come_near_the_published_ones():
    # Published: 江北 221, 沙坪坝 396, 长寿 1424 square kilometres.
    for code, published in (("500105", 221), ("500106", 396), ("500115", 1424)):
        assert abs(square_metres(districts[code].outline) / 1e6 / published - 1) < 0.02


def test_outlines_were_moved_from_the_datum_they_came_in():
    features = json.loads((DATA / "districts_gcj02.geojson").read_text(encoding="utf-8"))["features"]
    for feature in features:
        before = shapely.make_valid(shape(feature["geometry"])).centroid
        after = districts[feature["properties"]["adcode"]].outline.centroid
        assert 100 < metres_between(before.x, before.y, after.x, after.y) < 700


def test_the_piece_that_touches_changshou_belongs_to_it():
    assert districts["500115"].outline.contains(Point(107.0525, 30.0455))


def test_each_centre_lies_in_its_district():
    for district in districts.values():
        assert district.outline.contains(Point(district.centre))
