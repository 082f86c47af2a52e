"""What can't be changed so is refused with a sentence, and hostile outlines do no harm."""

import json
from typing import Any

import pytest

from core.errors import BadInput, CityError, Conflict, NotFound
from grids.models import Area
from tests.cast import World
from tests.grids.changing import (
    ABOVE,
    BORDER,
    COMMUNITY,
    GRID,
    MERGE,
    MOVE,
    NEXT,
    RETIRE,
    SPLIT,
    change,
    geojson,
    preview,
    wish,
)

WEST, EAST = (107.0, 29.8, 107.004, 29.81), (107.004, 29.8, 107.01, 29.81)


def polygon(*corners: tuple[Any, Any]) -> str:
    ring = ", ".join(f"[{lon}, {lat}]" for lon, lat in corners)
    return f'{{"type": "Polygon", "coordinates": [[{ring}]]}}'


CROSSED = polygon((107, 29.8), (107.01, 29.81), (107.01, 29.8), (107, 29.81), (107, 29.8))
HUGE = json.dumps({"type": "Polygon", "coordinates": [[[107 + n / 1e6, 29.8] for n in range(30_000)]]})


@pytest.mark.parametrize(
    "outlines",
    [
        CROSSED,
        HUGE,
        polygon(("NaN", 29.8), (107.01, 29.81), (107.01, 29.8), ("NaN", 29.8)),
        polygon((107, 29.8), ("1e999", 29.81), (107.01, 29.8), (107, 29.8)),
        polygon((107, 29.8), (107.01, 129.81), (107.01, 29.8), (107, 29.8)),
        polygon((107, 29.8), (107.01, 29.81)),
        geojson(WEST, (107.005, 29.8, 107.01, 29.81)),
        geojson(WEST, (107.003, 29.8, 107.01, 29.81)),
        geojson(WEST, (107.004, 29.8, 107.02, 29.81)),
        geojson(WEST, EAST, (107.0, 29.8, 107.0000001, 29.8000001)),
        geojson(WEST),
        geojson((2.0, 48.0, 2.1, 48.1), EAST),
        geojson(*[WEST] * 21),
        "[" * 100_000,
        "{}",
        '{"type": "FeatureCollection", "features": [1, null]}',
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": null}]}',
        '{"type": "Point", "coordinates": [107.0, 29.8]}',
        "x" * 4_000_001,
    ],
    ids=[
        "crossing itself", "huge", "NaN", "infinite", "beyond the pole", "two corners", "a gap", "an overlap",
        "beyond the border", "a speck", "one alone", "in another country", "too many", "deep", "empty",
        "no features", "no geometry", "a point", "long",
    ],
)  # fmt: skip
def test_hostile_or_mistaken_outlines_are_refused_with_a_sentence(world: World, outlines: str) -> None:
    before = Area.objects.count()
    with pytest.raises(BadInput) as refusal:
        preview(world, wish("split", outlines=outlines))
    assert (refusal.value.field, len(str(refusal.value)) > 5) == ("outlines", True)
    assert Area.objects.count() == before


def test_the_way_round_in_which_an_outline_is_drawn_does_not_matter(world: World) -> None:
    drawn = json.loads(geojson(WEST, EAST))
    for feature in drawn["features"]:
        feature["geometry"]["coordinates"][0].reverse()
    assert len(preview(world, wish("split", outlines=drawn)).made) == 2


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (wish("split"), BadInput),
        (wish("split", cut=((107.5, 29.0), (107.5, 30.0))), BadInput),
        (wish("split", cut=((107.004, 29.8), (107.004, 29.8))), BadInput),
        (wish("split", cut=(("x", 29.8), (107.004, 29.8))), BadInput),
        (wish("split", cut=((float("nan"), 29.8), (107.004, 29.8))), BadInput),
        (wish("split", cut=((1, 2), (3, 4), (5, 6))), BadInput),
        (SPLIT | {"reason": ""}, BadInput),
        (SPLIT | {"codes": [f"{COMMUNITY}009"]}, BadInput),
        (SPLIT | {"codes": [f"{COMMUNITY}009", NEXT]}, Conflict),
        (SPLIT | {"codes": [f"{COMMUNITY}009", "12"]}, BadInput),
        (SPLIT | {"codes": "x"}, BadInput),
        (SPLIT | {"area": COMMUNITY}, BadInput),
        (SPLIT | {"area": "999"}, NotFound),
        (SPLIT | {"kind": "melt"}, BadInput),
        (SPLIT | {"datum": "BD09"}, BadInput),
        (MERGE | {"others": []}, BadInput),
        (MERGE | {"others": [GRID]}, BadInput),
        (MERGE | {"others": [ABOVE]}, BadInput),
        (MERGE | {"others": ["500106001001001"]}, NotFound),
        (RETIRE | {"successors": [GRID]}, BadInput),
        (RETIRE | {"successors": [COMMUNITY]}, BadInput),
        (BORDER | {"others": []}, BadInput),
        (BORDER | {"others": ["500115001002002"]}, BadInput),
        (BORDER | {"cut": ((107.01, 29.7), (107.01, 29.9))}, BadInput),
        (MOVE | {"to": COMMUNITY}, BadInput),
        (MOVE | {"to": "500115001"}, BadInput),
        (MOVE | {"to": "500106001001"}, NotFound),
        (wish("move", "500115", to="500115001"), BadInput),
        (wish("abolish", COMMUNITY, to="500115"), BadInput),
        (wish("abolish", "500115", to="500115"), BadInput),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    world: World, asked: dict[str, Any], error: type[CityError]
) -> None:
    rows = list(Area.objects.values_list("code", "version"))
    with pytest.raises(error) as refusal:
        preview(world, asked)
    assert len(str(refusal.value)) > 3
    assert list(Area.objects.values_list("code", "version")) == rows


def test_a_retired_grid_changes_no_more(world: World) -> None:
    change(world, SPLIT)
    with pytest.raises(Conflict):
        preview(world, wish("split", cut=((107.002, 29.79), (107.002, 29.82))))
