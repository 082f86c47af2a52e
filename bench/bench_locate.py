"""How long point → grid takes: the index beside a plain scan over bounding boxes, in the same run.

Run as `python -m bench.bench_locate`; prints and ends by itself in some seconds. Both sides answer the same
positions and must agree, or it fails.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from time import perf_counter_ns

import shapely
from shapely.geometry import Point, box

from grids.geo.locate import GridIndex
from grids.geo.shapes import Outline, outline_to_wkb
from grids.geo.shipped import shipped_districts
from grids.geo.tiling import tile_district

LOOKUPS = 5_000
SCANNED = 300  # the scan is slow, so fewer are timed
ROUNDS = 3  # the best round counts: the others measure what else the machine was doing

Finder = Callable[[float, float], int | None]
Positions = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Figure:
    """Microseconds a look-up: on average in the best round, and at the 99th percentile of all."""

    average: float
    high: float


def main() -> None:
    """Measure over the shipped districts and over ten thousand made-up grids."""
    shipped = [
        grid.outline
        for district in shipped_districts()
        for grid in tile_district(district.outline, district.codes(), centre=district.centre).grids
    ]
    report("three districts", shipped)
    streets = [(f"{s:09d}", [f"{s:09d}{c:03d}" for c in range(1, 21)]) for s in range(1, 101)]
    report("one large city", [grid.outline for grid in tile_district(box(106, 29, 107, 30), streets).grids])


def report(name: str, outlines: list[Outline]) -> None:
    """Print one line: how many grids, both figures and their ratio."""
    started = perf_counter_ns()
    index = GridIndex((at, outline_to_wkb(outline)) for at, outline in enumerate(outlines, start=1))
    built = (perf_counter_ns() - started) / 1e6
    scan = scanner(outlines)
    positions = drawn_positions(outlines)
    if any(index.find(*position) != scan(*position) for position in positions[:SCANNED]):
        sys.exit("The index and the scan disagree.")
    quick, slow = measured(index.find, positions), measured(scan, positions[:SCANNED])
    sys.stdout.write(
        f"{name}: {len(outlines)} grids, index built in {built:.0f} ms, "
        f"find {quick.average:.1f} µs (p99 {quick.high:.1f}), "
        f"scan {slow.average:.1f} µs (p99 {slow.high:.1f}), ratio {slow.average / quick.average:.0f}\n"
    )


def scanner(outlines: list[Outline]) -> Finder:
    """The plain way: go through all boxes in order of id, then ask the outlines whose box fits."""
    rows = [(at, outline.bounds, outline) for at, outline in enumerate(outlines, start=1)]

    def find(lon: float, lat: float) -> int | None:
        for at, (west, south, east, north), outline in rows:
            if west <= lon <= east and south <= lat <= north and outline.intersects(Point(lon, lat)):
                return at
        return None

    return find


def drawn_positions(outlines: list[Outline]) -> Positions:
    """Positions all over the bounding boxes of grids drawn with a fixed seed; some lie outside of all."""
    random = Random(1)
    boxes = shapely.bounds(outlines).tolist()
    drawn = [random.choice(boxes) for _position in range(LOOKUPS)]
    return [(random.uniform(west, east), random.uniform(south, north)) for west, south, east, north in drawn]


def measured(find: Finder, positions: Positions) -> Figure:
    """Time every look-up on its own, over several rounds."""
    rounds = [[timed(find, *position) for position in positions] for _round in range(ROUNDS)]
    every = sorted(nanoseconds for times in rounds for nanoseconds in times)
    best = min(sum(times) for times in rounds) / len(positions)
    return Figure(best / 1e3, every[int(len(every) * 0.99)] / 1e3)


def timed(find: Finder, lon: float, lat: float) -> int:
    """Nanoseconds one look-up takes."""
    started = perf_counter_ns()
    find(lon, lat)
    return perf_counter_ns() - started


if __name__ == "__main__":
    main()
