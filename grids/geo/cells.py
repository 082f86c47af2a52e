"""Relaxed Voronoi cells that fill an outline exactly, sharing every vertex with their neighbours."""

import math
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import MultiPoint
from shapely.geometry.base import BaseGeometry

from grids.geo.shapes import GRID_STEP, Outline, only_areas

Array = npt.NDArray[np.float64]

RELAXATIONS = 5
TRIES = 500  # for each seed, to hit the outline within its bounding box
DECIMALS = 7  # of GRID_STEP
SPREAD = 0.35  # distance from the centre, in widths of the district, at which grids are half as dense


class CellsError(ValueError):
    """Fewer cells came out than were asked for; another seed may do."""


def draw_cells(outline: Outline, count: int, centre: tuple[float, float], random: Random) -> list[Outline]:
    """Divide a valid outline (degrees) into `count` cells, smaller near `centre`; raises CellsError.

    A cell is connected, save that pieces cut off by the sea join the nearest one.
    """
    # A degree of longitude is shorter than one of latitude; seeds are drawn on a plane where it is not.
    scale = np.array([math.cos(math.radians(outline.centroid.y)), 1.0])
    flat = shapely.transform(outline, lambda positions: positions * scale)
    seeds = _drawn_seeds(flat, count, np.array(centre) * scale, random)
    for _round in range(RELAXATIONS):
        seeds = _relaxed(flat, seeds)
    edges = shapely.transform(_edges(flat, seeds), lambda positions: positions / scale)
    pieces = _noded_pieces(outline, edges)
    return _joined(pieces, _owners(pieces, seeds / scale))


def _drawn_seeds(flat: BaseGeometry, count: int, centre: Array, random: Random) -> Array:
    west, south, east, north = flat.bounds
    reach = SPREAD * max(east - west, north - south)
    shapely.prepare(flat)
    seeds: list[tuple[float, float]] = []
    for _try in range(TRIES * count):
        lon, lat = west + random.random() * (east - west), south + random.random() * (north - south)
        wanted = 1.0 / (1.0 + math.dist((lon, lat), centre) / reach)
        if random.random() < wanted and shapely.contains_xy(flat, lon, lat):
            seeds.append((lon, lat))
        if len(seeds) == count:
            return np.array(seeds)
    raise CellsError("The outline hardly fills its bounding box.")


def _relaxed(flat: BaseGeometry, seeds: Array) -> Array:
    """Move each seed to the middle of its cell within the outline (one round of Lloyd's method)."""
    cells = shapely.voronoi_polygons(MultiPoint(seeds), extend_to=flat, ordered=True)
    clipped = shapely.intersection(shapely.get_parts(cells), flat)
    middles = shapely.centroid(clipped)
    astray = ~shapely.contains(clipped, middles)
    middles[astray] = shapely.point_on_surface(clipped[astray])
    return shapely.get_coordinates(middles)


def _edges(flat: BaseGeometry, seeds: Array) -> BaseGeometry:
    edges: BaseGeometry = shapely.voronoi_polygons(MultiPoint(seeds), extend_to=flat, only_edges=True)
    return edges


def _noded_pieces(outline: Outline, edges: BaseGeometry) -> npt.NDArray[Any]:
    """Cut the outline along the edges; every crossing becomes a vertex of all the pieces around it."""
    lines = shapely.union_all([outline.boundary, edges], grid_size=GRID_STEP)
    faces = shapely.get_parts(shapely.polygonize([lines]))
    faces = shapely.transform(faces, lambda positions: np.round(positions, DECIMALS))
    within: npt.NDArray[Any] = faces[shapely.intersects(outline, shapely.point_on_surface(faces))]
    return within


def _owners(pieces: npt.NDArray[Any], seeds: Array) -> list[int]:
    """Which cell each piece belongs to: its seed's, else its neighbour's along the longest border."""
    owners = [-1] * len(pieces)
    tree = shapely.STRtree(pieces)
    for at, piece in zip(*tree.query(shapely.points(seeds), predicate="within"), strict=True):
        owners[int(piece)] = int(at)
    if len({owner for owner in owners if owner >= 0}) < len(seeds):
        raise CellsError("A seed has no piece of its own.")
    _adopt_by_border(pieces, owners, tree)
    _adopt_by_distance(pieces, owners)
    return owners


def _adopt_by_border(pieces: npt.NDArray[Any], owners: list[int], tree: shapely.STRtree) -> None:
    orphans = [index for index, owner in enumerate(owners) if owner < 0]
    borders = {index: _borders(pieces, index, tree) for index in orphans}
    found = True
    while found:
        found = False
        for index in orphans:
            settled = [(length, -other) for length, other in borders[index] if owners[other] >= 0]
            if owners[index] < 0 and settled:
                owners[index] = owners[-max(settled)[1]]
                found = True


def _borders(pieces: npt.NDArray[Any], index: int, tree: shapely.STRtree) -> list[tuple[float, int]]:
    near = [int(other) for other in tree.query(pieces[index], predicate="touches")]
    lengths = [float(pieces[index].intersection(pieces[other]).length) for other in near]
    return [(length, other) for length, other in zip(lengths, near, strict=True) if length > 0]


def _adopt_by_distance(pieces: npt.NDArray[Any], owners: list[int]) -> None:
    """Islands without a seed go, as a whole, to the cell nearest to them."""
    islands = [index for index, owner in enumerate(owners) if owner < 0]
    if not islands:
        return
    settled = [index for index, owner in enumerate(owners) if owner >= 0]
    tree = shapely.STRtree(pieces[settled])
    for island in shapely.get_parts(shapely.coverage_union_all(pieces[islands])):
        keeper = owners[settled[int(tree.nearest(island))]]
        for index in islands:
            if shapely.intersects(island, shapely.point_on_surface(pieces[index])):
                owners[index] = keeper


def _joined(pieces: npt.NDArray[Any], owners: list[int]) -> list[Outline]:
    parts: dict[int, list[Any]] = {}
    for piece, owner in zip(pieces, owners, strict=True):
        parts.setdefault(owner, []).append(piece)
    unions = (shapely.coverage_union_all(parts[owner]) for owner in sorted(parts))
    return [only_areas(shapely.normalize(union)) for union in unions]
