"""Divide a map of neighbouring cells into connected groups of given sizes."""

import heapq
import math
from collections.abc import Sequence
from itertools import combinations, pairwise

import numpy as np
import shapely

from grids.geo.shapes import Outline

Links = list[set[int]]
Place = tuple[float, float]
Rank = tuple[float, int]

TURNS = (0, -45, 45, 90)  # degrees from the longer way in which a cut is tried
WEIGHED = 20_000  # choices up to which all are looked at when no direction gives a cut
SEARCHED = 400  # cells up to which a doubtful step is decided by looking at all of them


class GroupingError(ValueError):
    """No connected division was found; another drawing of the cells may allow one."""


def neighbours_of(cells: Sequence[Outline]) -> Links:
    """Which cells share a border line. Islands are tied to the nearest cell, so that all hangs together."""
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
        for start, end in pairwise(positions):
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

    Halves again and again across the longer way. Raises GroupingError.
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
    """Part `wanted` cells from the rest along the shortest border that a few directions offer."""
    inside = set(members)
    ranks = [_ranks(inside, links, places, angle) for angle in _angles(members, places, centre)]
    offers = [taken for rank in ranks if (taken := _grown(inside, wanted, links, rank))]
    if not offers:  # Growing the other side from the other end often finds what this side did not.
        turned = [{index: (-far, index) for index, (far, _index) in rank.items()} for rank in ranks]
        others = [_grown(inside, len(inside) - wanted, links, rank) for rank in turned]
        offers = [inside - other for other in others if other]
    if not offers and math.comb(len(members), wanted) <= WEIGHED:
        offers = _every_cut(inside, wanted, links)
    if not offers:
        raise GroupingError("No connected cut was found.")
    best = min(offers, key=lambda taken: sum(len((links[index] & inside) - taken) for index in taken))
    return sorted(best), sorted(inside - best)


def _every_cut(inside: set[int], wanted: int, links: Links) -> list[set[int]]:
    """All cuts of a few cells that leave both sides connected, for nooks in which growing gets stuck."""
    choices = (set(choice) for choice in combinations(sorted(inside), wanted))
    return [taken for taken in choices if _whole(taken, links) and _whole(inside - taken, links)]


def _angles(members: list[int], places: Sequence[Place], centre: Place) -> list[float]:
    """Directions to sweep in: away from the centre along the longer way, and turned to both sides."""
    spots = np.array([places[index] for index in members])
    middle = spots.mean(axis=0)
    _values, axes = np.linalg.eigh(np.cov((spots - middle).T))
    longest = axes[:, 1]
    if float(longest @ (middle - np.array(centre))) < 0:
        longest = -longest
    base = math.atan2(float(longest[1]), float(longest[0]))
    return [base + math.radians(turn) for turn in TURNS]


def _ranks(inside: set[int], links: Links, places: Sequence[Place], angle: float) -> dict[int, Rank]:
    """Order cells from one end in this direction to the other, by how far they are on foot from both.

    Ways within the map, not straight lines, keep the arms of a bent outline from being cut into ribbons.
    """
    x, y = math.cos(angle), math.sin(angle)
    along = {index: (round(places[index][0] * x + places[index][1] * y, 9), index) for index in inside}
    start, end = min(along.values())[1], max(along.values())[1]
    to_start, to_end = _ways(start, inside, links, places), _ways(end, inside, links, places)
    return {index: (round(to_start[index] - to_end[index], 9), index) for index in inside}


def _ways(start: int, inside: set[int], links: Links, places: Sequence[Place]) -> dict[int, float]:
    """The shortest way from a cell to each other one, stepping from middle to middle."""
    known: dict[int, float] = {}
    queue = [(0.0, start)]
    while queue:
        far, index = heapq.heappop(queue)
        if index in known:
            continue
        known[index] = far
        here = places[index]
        for other in links[index]:
            if other in inside and other not in known:
                heapq.heappush(queue, (far + math.dist(here, places[other]), other))
    return known


def _grown(inside: set[int], wanted: int, links: Links, rank: dict[int, Rank]) -> set[int] | None:
    """Take `wanted` cells by rank so that both sides stay connected; None if it gets stuck."""
    ordered = sorted(inside, key=rank.__getitem__)
    start = next(index for index in ordered if _whole(inside - {index}, links))
    rest, taken = inside - {start}, {start}
    edge = sorted(rank[other] for other in links[start] & rest)
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
    if len(around) <= 1 or _whole(around, links):
        return True
    others = rest - {index}
    return len(rest) <= SEARCHED and _reachable(min(around), others, links) == others


def _whole(members: set[int], links: Links) -> bool:
    return _reachable(min(members), members, links) == members


def _reachable(start: int, within: set[int], links: Links) -> set[int]:
    seen, stack = {start}, [start]
    while stack:
        fresh = (links[stack.pop()] & within) - seen
        seen |= fresh
        stack.extend(fresh)
    return seen
