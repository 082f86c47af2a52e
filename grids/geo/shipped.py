"""The three districts shipped with the project, read from `grids/data` into plain rows in WGS 84."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import shapely
from shapely.geometry import Polygon, shape

from grids.geo.datum import gcj02_to_wgs84, geometry_gcj02_to_wgs84
from grids.geo.shapes import Outline, check_outline, only_areas, square_metres

DATA = Path(__file__).resolve().parent.parent / "data"
SMALLEST_HOLE = 1e6  # m²: a smaller one in or between the districts is a slip of the drawing, no enclave


@dataclass(frozen=True)
class ShippedCommunity:
    """A community: 12-digit code and whole name."""

    code: str
    name: str


@dataclass(frozen=True)
class ShippedStreet:
    """A street or town: 9-digit code, name, communities by code."""

    code: str
    name: str
    communities: tuple[ShippedCommunity, ...]


@dataclass(frozen=True)
class ShippedDistrict:
    """A district: 6-digit code, name, outline and centre (lon, lat) in WGS 84, streets by code."""

    code: str
    name: str
    outline: Outline
    centre: tuple[float, float]
    streets: tuple[ShippedStreet, ...]

    def codes(self) -> list[tuple[str, list[str]]]:
        """Streets and communities in the form `tile_district` takes."""
        return [
            (street.code, [community.code for community in street.communities]) for street in self.streets
        ]


def shipped_districts() -> list[ShippedDistrict]:
    """Read the three districts, by code. Their outlines are converted from GCJ-02, repaired and disjoint."""
    streets = _streets()
    found: list[ShippedDistrict] = []
    features = json.loads((DATA / "districts_gcj02.geojson").read_text(encoding="utf-8"))["features"]
    for feature in sorted(features, key=lambda feature: str(feature["properties"]["adcode"])):
        about = feature["properties"]
        outline = _outline(check_outline(shape(feature["geometry"])), [other.outline for other in found])
        centre = gcj02_to_wgs84(*about["cp"])
        found.append(
            ShippedDistrict(about["adcode"], about["name"], outline, centre, streets[about["adcode"]])
        )
    return found


def _outline(gcj02: Outline, taken: list[Outline]) -> Outline:
    """Convert an outline; it leaves ground to districts that have it and takes in what lies enclosed."""
    together = shapely.unary_union([geometry_gcj02_to_wgs84(gcj02), *taken])
    whole = shapely.union_all([_without_slips(part) for part in shapely.get_parts(together)])
    return check_outline(only_areas(whole.difference(shapely.unary_union(taken))))


def _without_slips(part: Polygon) -> Polygon:
    enclaves = [ring for ring in part.interiors if square_metres(Polygon(ring)) >= SMALLEST_HOLE]
    return Polygon(part.exterior, enclaves)


def _streets() -> dict[str, tuple[ShippedStreet, ...]]:
    communities: dict[str, list[ShippedCommunity]] = {}
    for row in _rows("communities_three_districts.csv"):
        communities.setdefault(row["street_code"], []).append(ShippedCommunity(row["code"], row["name"]))
    streets: dict[str, list[ShippedStreet]] = {}
    for row in _rows("streets_three_districts.csv"):
        street = ShippedStreet(row["code"], row["name"], tuple(communities[row["code"]]))
        streets.setdefault(row["district_code"], []).append(street)
    return {district: tuple(found) for district, found in streets.items()}


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: row["code"])
