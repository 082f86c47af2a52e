"""Point → grid: an index in memory over outlines, far under a millisecond a look-up."""

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Point, STRtree

from grids.geo.shapes import METRES_PER_DEGREE, box_around


class GridIndex:
    """Finds the area a position lies in. Never changes once built, so threads may share one."""

    def __init__(self, areas: Iterable[tuple[int, bytes | memoryview]]) -> None:
        """Build from (area id, outline as WKB in WGS 84). Raises shapely's error on unreadable bytes."""
        # Ordered by id, so that the lowest position in the tree is the lowest id too.
        rows = sorted((area_id, bytes(wkb)) for area_id, wkb in areas)
        self._ids = [area_id for area_id, _wkb in rows]
        self._outlines = shapely.from_wkb([wkb for _id, wkb in rows])
        self._tree = STRtree(self._outlines)

    def __len__(self) -> int:
        return len(self._ids)

    def find(self, lon: float, lat: float) -> int | None:
        """The id of the area at this position (degrees), None outside of all.

        On a border the lowest id wins, so the same position always gets the same answer. A position that is
        no finite number lies nowhere.
        """
        if not (math.isfinite(lon) and math.isfinite(lat)):
            return None
        hits = self._tree.query(Point(lon, lat), predicate="intersects")
        return self._ids[int(hits.min())] if len(hits) else None

    def near(self, lon: float, lat: float, metres: float) -> list[int]:
        """The ids of all areas within `metres` of this position, nearest first, then by id.

        Distances are taken on a plane around the position, right to a per mille up to some kilometres.
        """
        if not (math.isfinite(lon) and math.isfinite(lat)) or metres < 0:
            return []
        candidates = np.sort(self._tree.query(shapely.box(*box_around(lon, lat, metres))))
        distances = self._metres_to(lon, lat, candidates)
        ranked = sorted(
            (float(far), self._ids[int(at)]) for far, at in zip(distances, candidates, strict=True)
        )
        return [area_id for far, area_id in ranked if far <= metres]

    def _metres_to(
        self, lon: float, lat: float, candidates: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        scale = np.array([METRES_PER_DEGREE * math.cos(math.radians(lat)), METRES_PER_DEGREE])
        flat = shapely.transform(
            self._outlines[candidates], lambda positions: (positions - (lon, lat)) * scale
        )
        distances: npt.NDArray[np.float64] = shapely.distance(flat, Point(0.0, 0.0))
        return distances
