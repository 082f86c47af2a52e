"""Made-up grids tile a district without gap or overlap."""

import itertools
import os
import re
import subprocess
import sys
from functools import cache

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from grids.geo.grouping import GroupingError, neighbours_of, split_connected
from grids.geo.shapes import OutlineError, find_flaws, only_areas, square_metres
from grids.geo.shipped import shipped_districts
from grids.geo.tiling import Tiling, TilingError, grid_count, tile_district

districts = shipped_districts()
every_district = pytest.mark.parametrize("district", districts, ids=lambda district: district.code)


@cache
def tiling_of(code: str) -> Tiling:
    district = next(district for district in districts if district.code == code)
    return tile_district(district.outline, district.codes(), centre=district.centre)


def streets_of(number: int, communities: int) -> list[tuple[str, list[str]]]:
    names = [f"5001990{at:02d}" for at in range(1, number + 1)]
    return [(name, [f"{name}{at:03d}" for at in range(1, communities + 1)]) for name in names]


def pieces_touch(outline) -> bool:
    return outline.geom_type == "Polygon"


def check_tiling(tiling: Tiling, outline) -> None:
    outlines = [grid.outline for grid in tiling.grids]
    assert shapely.coverage_is_valid(outlines)
    assert all(piece.is_valid for piece in outlines)
    assert sum(piece.area for piece in outlines) == pytest.approx(tiling.outline.area, rel=1e-12)
    assert tiling.outline.hausdorff_distance(outline) < 1.5e-7
    assert find_flaws({grid.code: grid.outline for grid in tiling.grids}, outline) == []


@every_district
def test_grids_fill_the_district_without_gap_or_overlap(district):
    check_tiling(tiling_of(district.code), district.outline)


@every_district
def test_communities_and_streets_are_exact_unions_of_their_grids(district):
    tiling = tiling_of(district.code)
    for level, key in ((tiling.communities, "community"), (tiling.streets, "street")):
        assert shapely.coverage_is_valid(list(level.values()))
        for code, outline in level.items():
            parts = [grid.outline for grid in tiling.grids if getattr(grid, key) == code]
            assert shapely.coverage_union_all(parts).equals(outline)
    assert shapely.coverage_union_all(list(tiling.streets.values())).equals(tiling.outline)


@every_district
def test_every_grid_community_and_street_is_one_connected_piece(district):
    tiling = tiling_of(district.code)
    outlines = [grid.outline for grid in tiling.grids]
    assert district.outline.geom_type == "Polygon"
    assert all(map(pieces_touch, [*outlines, *tiling.communities.values(), *tiling.streets.values()]))


@every_district
def test_codes_are_fifteen_digits_unique_and_number_the_grids_of_their_community(district):
    tiling = tiling_of(district.code)
    codes = [grid.code for grid in tiling.grids]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"\d{15}", code) for code in codes)
    for community, grids in itertools.groupby(tiling.grids, key=lambda grid: grid.community):
        assert [grid.code for grid in grids] == [
            f"{community}{at:03d}" for at in range(1, grid_count(community) + 1)
        ]


@every_district
def test_grids_are_numbered_from_north_to_south(district):
    for _community, grids in itertools.groupby(
        tiling_of(district.code).grids, key=lambda grid: grid.community
    ):
        heights = [round(grid.outline.centroid.y, 6) for grid in grids]
        assert heights == sorted(heights, reverse=True)


@every_district
def test_every_street_and_community_of_the_data_is_there(district):
    tiling = tiling_of(district.code)
    assert list(tiling.streets) == [street.code for street in district.streets]
    expected = {(street, community) for street, communities in district.codes() for community in communities}
    assert {(grid.street, grid.community) for grid in tiling.grids} == expected
    assert set(tiling.communities) == {community for _street, community in expected}


def test_the_three_districts_hold_602_communities_with_four_to_six_grids_each():
    counts = [
        grid_count(code) for district in districts for _street, codes in district.codes() for code in codes
    ]
    assert (len(counts), set(counts)) == (602, {4, 5, 6})
    assert sum(counts) == sum(len(tiling_of(district.code).grids) for district in districts)
    assert 4.8 < sum(counts) / len(counts) < 5.2


@every_district
def test_grids_are_smaller_near_the_centre(district):
    grids = [grid.outline for grid in tiling_of(district.code).grids]
    ranked = sorted(grids, key=lambda grid: grid.distance(Point(district.centre)))
    quarter = len(ranked) // 4
    near, far = (sum(map(square_metres, part)) for part in (ranked[:quarter], ranked[-quarter:]))
    assert near < 0.8 * far


@given(st.data())
@settings(deadline=None)
def test_a_position_in_a_district_lies_in_exactly_one_grid(data):
    district = data.draw(st.sampled_from(districts))
    tiling = tiling_of(district.code)
    west, south, east, north = tiling.outline.bounds
    lon = data.draw(st.floats(min_value=west, max_value=east))
    lat = data.draw(st.floats(min_value=south, max_value=north))
    here = Point(lon, lat)
    touching = [grid.outline for grid in tiling.grids if grid.outline.intersects(here)]
    inside = [outline for outline in touching if outline.contains(here)]
    assert bool(touching) == tiling.outline.intersects(here)
    assert len(inside) == 1 if len(touching) == 1 and tiling.outline.contains(here) else not inside


@given(
    st.integers(min_value=1, max_value=4),
    st.integers(min_value=1, max_value=5),
    st.lists(
        st.tuples(
            st.floats(min_value=106.0, max_value=106.3),
            st.floats(min_value=29.0, max_value=29.3),
            st.floats(min_value=0.02, max_value=0.2),
        ),
        min_size=1,
        max_size=4,
    ),
)
@settings(deadline=None, max_examples=25)
def test_any_outline_with_any_islands_is_filled(number, communities, circles):
    outline = only_areas(
        shapely.union_all([Point(lon, lat).buffer(size, quad_segs=6) for lon, lat, size in circles])
    )
    tiling = tile_district(outline, streets_of(number, communities))
    check_tiling(tiling, outline)
    if outline.geom_type == "Polygon":
        assert all(map(pieces_touch, [*tiling.communities.values(), *tiling.streets.values()]))


def test_small_islands_go_whole_to_the_nearest_grid_and_large_ones_get_their_own():
    mainland, large = box(106.0, 29.0, 106.4, 29.3), box(106.5, 29.0, 106.7, 29.3)
    islets = [box(106.404, 29.1, 106.405, 29.101), box(106.1, 29.302, 106.101, 29.303)]
    outline = MultiPolygon([mainland, large, *islets])
    tiling = tile_district(outline, streets_of(3, 4))
    check_tiling(tiling, outline)
    for islet in islets:
        keepers = [grid.outline for grid in tiling.grids if grid.outline.intersects(islet)]
        assert len(keepers) == 1
        assert keepers[0].intersection(islet).area == pytest.approx(islet.area)
        assert keepers[0].intersection(mainland.buffer(1e-6)).distance(islet) < 0.005
    assert sum(grid.outline.within(large.buffer(1e-6)) for grid in tiling.grids) > 10


def test_an_enclave_stays_out_of_every_grid():
    enclave = box(106.2, 29.1, 106.25, 29.15)
    outline = only_areas(box(106.0, 29.0, 106.4, 29.3).difference(enclave))
    tiling = tile_district(outline, streets_of(3, 4))
    check_tiling(tiling, outline)
    assert not any(grid.outline.intersects(enclave.buffer(-1e-6)) for grid in tiling.grids)


def test_the_tiling_is_the_same_in_another_process_with_another_hash_seed():
    program = (
        "import hashlib; from grids.geo.tiling import tile_district; from shapely import box, to_wkb\n"
        "streets = [('500199001', ['500199001001', '500199001002']), ('500199002', ['500199002001'])]\n"
        "found = tile_district(box(106, 29, 106.4, 29.3), streets).grids\n"
        "rows = b''.join(grid.code.encode() + to_wkb(grid.outline) for grid in found)\n"
        "print(hashlib.sha256(rows).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1
    assert len(seen.pop().strip()) == 64


@pytest.mark.parametrize(
    "streets",
    [
        [],
        [("500199001", [])],
        [("500199001", ["500199001001"]), ("500199002", [])],
        [("500199001", ["500199001001", "500199001001"])],
        [("500199001", ["500199001001"]), ("500199001", ["500199001002"])],
    ],
)
def test_streets_that_make_no_sense_are_refused(streets):
    with pytest.raises(TilingError):
        tile_district(box(106, 29, 106.4, 29.3), streets)


def test_an_outline_without_area_is_refused():
    with pytest.raises(OutlineError):
        tile_district(Polygon(), streets_of(1, 1))


def test_specks_in_an_ocean_are_refused_rather_than_searched_for_ever():
    specks = MultiPolygon([box(100, 20, 100.00001, 20.00001), box(120, 40, 120.00001, 40.00001)])
    with pytest.raises(TilingError):
        tile_district(specks, streets_of(1, 1))


def test_an_outline_of_a_few_centimetres_is_refused():
    with pytest.raises(TilingError):
        tile_district(box(106.0, 29.0, 106.0000003, 29.0000003), streets_of(2, 2))


def test_a_ring_one_cell_wide_can_be_divided():
    cells = [box(at, 0, at + 1, 1) for at in range(300)] + [box(at, 2, at + 1, 3) for at in range(300)]
    cells += [box(0, 1, 1, 2), box(299, 1, 300, 2)]
    links = neighbours_of(cells)
    places = [(cell.centroid.x, cell.centroid.y) for cell in cells]
    groups = split_connected(list(range(602)), [200, 201, 201], links, places, (0.0, 0.0))
    assert sorted(index for group in groups for index in group) == list(range(602))
    assert [len(group) for group in groups] == [200, 201, 201]
    assert all(pieces_touch(shapely.union_all([cells[index] for index in group])) for group in groups)


def test_a_star_of_cells_can_not_be_cut_in_two_connected_halves():
    centre, arms = box(0, 0, 1, 1), [box(-1, 0, 0, 1), box(1, 0, 2, 1), box(0, 1, 1, 2), box(0, -1, 1, 0)]
    cells = [centre, *arms]
    links = neighbours_of(cells)
    places = [(cell.centroid.x, cell.centroid.y) for cell in cells]
    assert links[0] == {1, 2, 3, 4}
    with pytest.raises(GroupingError):
        split_connected([0, 1, 2, 3, 4], [2, 3], links, places, (0.5, 0.5))
    assert sorted(map(len, split_connected([0, 1, 2, 3, 4], [1, 4], links, places, (0.5, 0.5)))) == [1, 4]
