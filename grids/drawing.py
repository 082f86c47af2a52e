"""Outlines as GeoJSON, coarse enough for a screen."""

from collections.abc import Iterable
from typing import Any

from grids.geo.shapes import outline_from_wkb, outline_to_geojson
from grids.models import Area

MOST_OUTLINES = 800
# Degrees by which a drawn line may miss the true one: about 60, 30, 15 and 3 metres.
_TOLERANCE = {"district": 0.0006, "street": 0.0003, "community": 0.00015, "grid": 0.00003}


def feature_collection(areas: Iterable[Area]) -> dict[str, Any]:
    """A GeoJSON feature collection of at most 800 areas; ``truncated`` says whether there were more."""
    found = list(areas)
    features = [_feature(area) for area in found[:MOST_OUTLINES]]
    return {
        "type": "FeatureCollection",
        "features": features,
        "truncated": len(found) > MOST_OUTLINES,
    }


def _feature(area: Area) -> dict[str, Any]:
    outline = outline_from_wkb(area.outline or b"")
    drawn = outline.simplify(_TOLERANCE[area.level], preserve_topology=True)
    properties = {
        "code": area.code,
        "name": area.short_name,
        "level": area.level,
        "made_up": area.made_up,
        "code_provisional": area.code_provisional,
    }
    return {"type": "Feature", "geometry": outline_to_geojson(drawn), "properties": properties}
