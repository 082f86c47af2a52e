"""Made-up inner outlines: streets, communities and grids that tile a district without gap or overlap.

No free outlines below the district exist, so they are drawn: relaxed Voronoi cells, denser near the centre,
are the grids (`cells.py`); connected groups of them are the communities and streets (`grouping.py`). All
vertices lie on one raster of 1e-7 degree and neighbours share theirs exactly, so every outline is the exact
union of what lies below it. The same input always gives the same tiling.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from zlib import crc32

import shapely

from grids.geo.cells import CellsError, draw_cells
from grids.geo.grouping import GroupingError, neighbours_of, split_connected
from grids.geo.shapes import Outline, check_outline, only_areas

ATTEMPTS = 8
FEWEST, MOST = 4, 6  # grids of one community


class TilingError(ValueError):
    """This outline can't be tiled for these streets; the text says why in plain English."""


@dataclass(frozen=True)
class GridPiece:
    """A made-up grid: 15-digit code, the community and street it belongs to, its outline in WGS 84."""

    code: str
    community: str
    street: str
    outline: Outline


@dataclass(frozen=True)
class Tiling:
    """A tiled district. `outline` is the union of all grids: the given one, moved by up to 1e-7 degree."""

    outline: Outline
    streets: dict[str, Outline]
    communities: dict[str, Outline]
    grids: tuple[GridPiece, ...]


def tile_district(
    outline: Outline,
    streets: Sequence[tuple[str, Sequence[str]]],
    *,
    centre: tuple[float, float] | None = None,
) -> Tiling:
    """Tile a district's outline (WGS 84 degrees) for its streets: (9-digit code, [12-digit community codes]).

    Each community gets four to six grids, how many follows from its code. Communities and streets are each
    one connected piece, apart from islands of the outline. Streets named first lie nearest to `centre`
    (lon, lat; the centroid if left out), where grids are smaller. Raises OutlineError for an outline that is
    none, TilingError for codes that repeat, a street without communities, or an outline too intricate to be
    divided so.
    """
    _check_codes(streets)
    clean = check_outline(outline)
    middle = centre or (clean.centroid.x, clean.centroid.y)
    # Any fixed number does: the seed is there to draw the same map again, not to be hard to guess.
    seed = crc32(",".join(code for _street, communities in streets for code in communities).encode())
    for attempt in range(ATTEMPTS):
        try:
            return _attempt(clean, streets, middle, Random(seed + attempt))  # noqa: S311
        except (CellsError, GroupingError):
            continue
    raise TilingError("This outline is too intricate to be divided into connected grids.")


def grid_count(community: str) -> int:
    """How many grids a made-up community has: four to six, always the same for the same code."""
    return FEWEST + crc32(community.encode()) % (MOST - FEWEST + 1)


def _check_codes(streets: Sequence[tuple[str, Sequence[str]]]) -> None:
    communities = [code for _street, codes in streets for code in codes]
    names = [street for street, _codes in streets]
    if not communities or not all(codes for _street, codes in streets):
        raise TilingError("Every street needs at least one community.")
    if len(set(communities)) != len(communities) or len(set(names)) != len(names):
        raise TilingError("A street or community code stands twice.")


def _attempt(
    outline: Outline,
    streets: Sequence[tuple[str, Sequence[str]]],
    centre: tuple[float, float],
    random: Random,
) -> Tiling:
    sizes = [[grid_count(code) for code in codes] for _street, codes in streets]
    cells = draw_cells(outline, sum(map(sum, sizes)), centre, random)
    links = neighbours_of(cells)
    places = [(cell.centroid.x, cell.centroid.y) for cell in cells]
    whole = list(range(len(cells)))
    pieces: list[GridPiece] = []
    for (street, codes), members, counts in zip(
        streets,
        split_connected(whole, [sum(row) for row in sizes], links, places, centre),
        sizes,
        strict=True,
    ):
        groups = split_connected(members, counts, links, places, centre)
        for community, group in zip(codes, groups, strict=True):
            pieces += _numbered(street, community, [cells[index] for index in group])
    return _assembled(pieces)


def _numbered(street: str, community: str, cells: list[Outline]) -> list[GridPiece]:
    """Number a community's grids as one reads: from the north-west to the south-east."""
    ordered = sorted(cells, key=lambda cell: (-round(cell.centroid.y, 6), round(cell.centroid.x, 6)))
    return [
        GridPiece(f"{community}{at:03d}", community, street, cell) for at, cell in enumerate(ordered, start=1)
    ]


def _assembled(pieces: list[GridPiece]) -> Tiling:
    by_street: dict[str, list[Outline]] = {}
    by_community: dict[str, list[Outline]] = {}
    for piece in pieces:
        by_street.setdefault(piece.street, []).append(piece.outline)
        by_community.setdefault(piece.community, []).append(piece.outline)
    return Tiling(
        outline=_union([piece.outline for piece in pieces]),
        streets={code: _union(parts) for code, parts in by_street.items()},
        communities={code: _union(parts) for code, parts in by_community.items()},
        grids=tuple(pieces),
    )


def _union(parts: list[Outline]) -> Outline:
    return only_areas(shapely.coverage_union_all(parts))
