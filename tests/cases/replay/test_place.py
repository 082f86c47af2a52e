"""Points of another city land inside a district, and neighbours stay neighbours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from cases.replay.mapping import Zone
from cases.replay.place import Placer
from core.errors import BadInput

# An L and a U: districts with a bay that a plain stretch would put points into.
ELL = Polygon([(106.0, 29.0), (107.0, 29.0), (107.0, 29.3), (106.4, 29.3), (106.4, 30.0), (106.0, 30.0)])
CUP = Polygon(
    [(107, 29), (108, 29), (108, 30), (107.7, 30), (107.7, 29.4), (107.3, 29.4), (107.3, 30), (107, 30)]
)
ZONES = (Zone(("500106",), (-2.0, 0.0, -1.0, 1.0)), Zone(("500157", "500105"), (-1.0, 0.0, 0.0, 1.0)))
PLACER = Placer(ZONES, {"500106": ELL, "500105": CUP})
inside = st.floats(0, 1)


@given(across=inside, up=inside, west=st.sampled_from([-2.0, -1.0]))
def test_every_point_of_a_zone_lands_inside_its_district(across: float, up: float, west: float) -> None:
    placed = PLACER.place(west + across, up)
    assert placed is not None
    assert (
        {"500106": ELL, "500105": CUP}[placed.district].buffer(1e-6).contains(Point(placed.lon, placed.lat))
    )


@given(a=inside, b=inside, up=inside)
def test_what_lay_further_east_or_north_still_does(a: float, b: float, up: float) -> None:
    first, second = (PLACER.place(-2 + min(a, b), up), PLACER.place(-2 + max(a, b), up))
    assert first
    assert second
    assert first.lon <= second.lon
    low, high = PLACER.place(-1.5, min(a, b)), PLACER.place(-1.5, max(a, b))
    assert low
    assert high
    assert low.lat <= high.lat


def test_requests_of_one_corner_stay_together() -> None:
    one, other = PLACER.place(-1.5, 0.2), PLACER.place(-1.4999, 0.2001)
    assert one
    assert other
    assert Point(one.lon, one.lat).distance(Point(other.lon, other.lat)) < 0.001


def test_the_same_point_always_lands_on_the_same_place() -> None:
    assert PLACER.place(-1.3, 0.7) == Placer(ZONES, {"500106": ELL, "500105": CUP}).place(-1.3, 0.7)


def test_a_point_outside_every_zone_has_no_place() -> None:
    assert PLACER.place(5.0, 0.5) is None


def test_a_parallel_between_two_parts_of_a_district_has_no_place() -> None:
    parts = MultiPolygon([box(106, 29, 107, 29.2), box(106, 29.8, 107, 30)])
    assert Placer(ZONES[:1], {"500106": parts}).place(-1.5, 0.5) is None


def test_the_first_code_of_a_zone_that_is_at_hand_is_taken() -> None:
    placer = Placer(ZONES[1:], {"500157": CUP, "500105": ELL})
    placed = placer.place(-0.5, 0.1)
    assert placed is not None
    assert placed.district == "500157"


def test_a_district_without_outline_is_named() -> None:
    with pytest.raises(BadInput, match="500157 / 500105"):
        Placer(ZONES, {"500106": ELL, "500105": Polygon()})
