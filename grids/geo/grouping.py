"""Divide a map of neighbouring cells into connected groups of given sizes."""

import heapq
import math
from collections.abc import Sequence

import numpy as np
import shapely

from grids.geo.shapes import Outline

Links = list[set[int]]
Place = tuple[float, float]

DIRECTIONS = 12  # tried for a cut before giving up
SEARCHED = 400  # cells up to which a doubtful step is decided by looking at all of them


class GroupingFailed(ValueError):
    """No connected division was found; another drawing of the cells may allow one."""


def neighbours_of(cells: Sequence[Outline]) -> Links:
    """Which cells share a border line. Islands are tied to the nearest cell, so that the map hangs together."""
    links: Links = [set() for _cell in cells]
    keepers: dict[tuple[float, float, float, float], int] = {}
    for index, cell in enumerate(cells):
        for edge in _edges(cell):
            other = keepers.setdefault(edge, index)
            if other != index:
                links[index].add(other)
                links[other].add(index)
    _tie_islands(cells, links)
    return links


def _edges(cell: Outline) -> list[tuple[float, float, float, float]]:
    edges = []
    for ring in shapely.get_rings(shapely.get_parts(cell)):
        positions = shapely.get_coordinates(ring).tolist()
        for start, end in zip(positions, positions[1:], strict=False):
            low, high = sorted((tuple(start), tuple(end)))
            edges.append((*low, *high))
    return edges


def _tie_islands(cells: Sequence[Outline], links: Links) -> None:
    everyone = set(range(len(cells)))
    mainland = _reachable(0, everyone, links)
    while mainland != everyone:
        rest = sorted(everyone - mainland)
        known = sorted(mainland)
        tree = shapely.STRtree([cells[index] for index in known])
        (at, to), far = tree.query_nearest([cells[index] for index in rest], return_distance=True)
        one = int(np.lexsort((to, at, far))[0])
        first, second = rest[int(at[one])], known[int(to[one])]
        links[first].add(second)
        links[second].add(first)
        mainland = _reachable(0, everyone, links)


def split_connected(
    members: list[int], sizes: Sequence[int], links: Links, places: Sequence[Place], centre: Place
) -> list[list[int]]:
    """Divide connected cells into connected groups of exactly these sizes; the first lie nearest to `centre`.

    Halves again and again across the longer way. Raises GroupingFailed.
    """
    if len(sizes) == 1:
        return [sorted(members)]
    half = _middle(sizes)
    first, second = _cut(members, sum(sizes[:half]), links, places, centre)
    near = split_connected(first, sizes[:half], links, places, centre)
    return near + split_connected(second, sizes[half:], links, places, centre)


def _middle(sizes: Sequence[int]) -> int:
    """How many of the sizes make up about half of their sum; at least one on each side."""
    total, best = sum(sizes), 1
    for at in range(1, len(sizes)):
        if abs(2 * sum(sizes[:at]) - total) < abs(2 * sum(sizes[:best]) - total):
            best = at
    return best


def _cut(
    members: list[int], wanted: int, links: Links, places: Sequence[Place], centre: Place
) -> tuple[list[int], list[int]]:
    inside = set(members)
    for angle in _angles(members, places, centre):
        rank = _ranks(members, places, angle)
        taken = _grown(inside, wanted, links, rank)
        if taken is not None:
            return sorted(taken), sorted(inside - taken)
    raise GroupingFailed("No connected cut was found.")


def _angles(members: list[int], places: Sequence[Place], centre: Place) -> list[float]:
    """Directions to sweep in, best first: along the longer way and away from the centre."""
    spots = np.array([places[index] for index in members])
    middle = spots.mean(axis=0)
    _values, axes = np.linalg.eigh(np.cov((spots - middle).T))
    longest = axes[:, 1]
    if float(longest @ (middle - np.array(centre))) < 0:
        longest = -longest
    base = math.atan2(float(longest[1]), float(longest[0]))
    turns = sorted(
        (step * 2 * math.pi / DIRECTIONS for step in range(DIRECTIONS)), key=lambda turn: 1 - math.cos(turn)
    )
    return [base + turn for turn in turns]


def _ranks(members: list[int], places: Sequence[Place], angle: float) -> dict[int, tuple[float, int]]:
    x, y = math.cos(angle), math.sin(angle)
    return {index: (round(places[index][0] * x + places[index][1] * y, 9), index) for index in members}


def _grown(
    inside: set[int], wanted: int, links: Links, rank: dict[int, tuple[float, int]]
) -> set[int] | None:
    """Take `wanted` cells in the order of their rank so that both sides stay connected; None if it gets stuck."""
    start = min(
        (index for index in inside if _spared(index, inside, links)), key=rank.__getitem__, default=None
    )
    if start is None:
        return None
    rest, taken, edge = set(inside), set[int](), [rank[start]]
    while len(taken) < wanted and edge:
        index = heapq.heappop(edge)[1]
        if index in taken or not _spared(index, rest, links):
            continue
        taken.add(index)
        rest.discard(index)
        # A neighbour that was refused before may have come free, so all of them are looked at again.
        for other in links[index] & rest:
            heapq.heappush(edge, rank[other])
    return taken if len(taken) == wanted else None


def _spared(index: int, rest: set[int], links: Links) -> bool:
    """Whether the others stay connected without this cell. In a large map only its surroundings are asked."""
    around = links[index] & rest
    if len(around) <= 1 or _reachable(min(around), around, links) == around:
        return True
    others = rest - {index}
    return len(rest) <= SEARCHED and _reachable(min(around), others, links) == others


def _reachable(start: int, within: set[int], links: Links) -> set[int]:
    seen, stack = {start}, [start]
    while stack:
        fresh = (links[stack.pop()] & within) - seen
        seen |= fresh
        stack.extend(fresh)
    return seen
