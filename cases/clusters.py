"""Cases on a map: single points, or counts a cell where there are too many to draw."""

from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, F, QuerySet
from django.db.models.functions import Floor

from cases.lamps import lamp_column
from cases.models import Case

MOST_POINTS, MOST_CELLS = 500, 2000
# About this many cells across the picture when the client names no zoom.
_ACROSS = 24
_TILE_SHARE = 4  # cells along one side of a 256-pixel tile
_COLUMNS = (
    "number", "stage", "track", "lon", "lat", "opened_at", "case_class__line", "case_class__name", "lamp",
)  # fmt: skip

Box = tuple[float, float, float, float]


def case_features(rows: QuerySet[Case], box: Box, zoom: int | None, now: datetime) -> dict[str, Any]:
    """A GeoJSON feature collection of the cases within ``box`` (west, south, east, north in degrees).

    Up to 500 cases are points of their own; above that, counts a cell. One or two queries.
    """
    west, south, east, north = box
    rows = rows.filter(lon__range=(west, east), lat__range=(south, north))
    found = list(
        rows.annotate(lamp=lamp_column(now))
        .order_by("-opened_at", "-pk")
        .values(*_COLUMNS)[: MOST_POINTS + 1]
    )
    clustered = len(found) > MOST_POINTS
    features = _cells(rows, _step(box, zoom)) if clustered else [_point(row) for row in found]
    return {"type": "FeatureCollection", "clustered": clustered, "features": features}


def _step(box: Box, zoom: int | None) -> float:
    """Degrees along a cell's side."""
    if zoom is not None:
        return 360.0 / float(2**zoom) / _TILE_SHARE
    return max((box[2] - box[0]) / _ACROSS, (box[3] - box[1]) / _ACROSS, 1e-6)


def _cells(rows: QuerySet[Case], step: float) -> list[dict[str, Any]]:
    snapped = rows.order_by().annotate(cell_x=Floor(F("lon") / step), cell_y=Floor(F("lat") / step))
    counted = snapped.values("cell_x", "cell_y").annotate(
        count=Count("pk"), mid_lon=Avg("lon"), mid_lat=Avg("lat")
    )
    return [
        _feature(cell["mid_lon"], cell["mid_lat"], {"count": cell["count"]})
        for cell in counted.order_by("-count", "cell_x", "cell_y")[:MOST_CELLS]
    ]


def _point(row: dict[str, Any]) -> dict[str, Any]:
    facts = {name: row[name] for name in ("number", "stage", "track", "lamp")}
    facts |= {"line": row["case_class__line"] or "", "class_name": row["case_class__name"] or ""}
    return _feature(row["lon"], row["lat"], facts | {"count": 1, "opened_at": row["opened_at"].isoformat()})


def _feature(lon: float, lat: float, properties: dict[str, Any]) -> dict[str, Any]:
    place = [round(lon, 6), round(lat, 6)]
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": place},
        "properties": properties,
    }
