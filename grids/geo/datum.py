"""GCJ-02 ⇄ WGS 84.

Maps published in China carry the GCJ-02 datum: WGS 84 shifted by a smooth but irregular amount, 100 to
700 m. The shift itself is not published; what is used here is the usual public approximation (known from
`eviltransform` and `coordtransform`): a polynomial with sine terms around 105° E 35° N gives metres east and
north, which the Krasovsky 1940 ellipsoid turns into degrees. It agrees with the real shift to a few metres.

The approximation runs one way only, so the way back is found by iteration to below 1e-9 degree.
"""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Array = npt.NDArray[np.float64]
Shape = TypeVar("Shape", bound=BaseGeometry)

# Krasovsky 1940: semi-major axis in metres and squared eccentricity, as the approximation has them.
SEMI_MAJOR = 6_378_245.0
ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
# West, south, east, north in degrees: outside of this box maps are not shifted.
SHIFTED_BOX = (72.004, 0.8293, 137.8347, 55.8271)
ROUNDS = 8  # each leaves less than a hundredth of the miss before, which starts below 0.01 degree


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Shift one WGS 84 position (degrees) to GCJ-02. Positions outside of China come back unchanged."""
    return _single(_to_gcj02(_one(lon, lat)))


def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """Shift one GCJ-02 position (degrees) back to WGS 84. Positions outside of China come back unchanged."""
    return _single(_to_wgs84(_one(lon, lat)))


def geometry_wgs84_to_gcj02(geometry: Shape) -> Shape:
    """Shift every vertex of a geometry in WGS 84 degrees to GCJ-02; the type stays the same."""
    return _transform(geometry, _to_gcj02)


def geometry_gcj02_to_wgs84(geometry: Shape) -> Shape:
    """Shift every vertex of a geometry in GCJ-02 degrees to WGS 84; the type stays the same."""
    return _transform(geometry, _to_wgs84)


def _transform(geometry: Shape, move: Callable[[Array], Array]) -> Shape:
    moved: Shape = shapely.transform(geometry, move)
    return moved


def _one(lon: float, lat: float) -> Array:
    return np.array([[lon, lat]], dtype=np.float64)


def _single(positions: Array) -> tuple[float, float]:
    return float(positions[0, 0]), float(positions[0, 1])


def _to_gcj02(positions: Array) -> Array:
    return np.where(_shifted(positions), positions + _shift(positions), positions)


def _to_wgs84(positions: Array) -> Array:
    guess = positions
    for _round in range(ROUNDS):
        guess = positions - _shift(guess)
    return np.where(_shifted(positions), guess, positions)


def _shifted(positions: Array) -> npt.NDArray[np.bool_]:
    west, south, east, north = SHIFTED_BOX
    lon, lat = positions[:, 0], positions[:, 1]
    inside: npt.NDArray[np.bool_] = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return inside[:, np.newaxis]


def _shift(positions: Array) -> Array:
    """Degrees by which GCJ-02 lies east and north of WGS 84, at positions of shape (n, 2)."""
    x, y = positions[:, 0] - 105.0, positions[:, 1] - 35.0
    lat = np.radians(positions[:, 1])
    squash = 1.0 - ECCENTRICITY_SQUARED * np.sin(lat) ** 2
    metres_per_lon = SEMI_MAJOR / np.sqrt(squash) * np.cos(lat) * np.pi / 180.0
    metres_per_lat = SEMI_MAJOR * (1.0 - ECCENTRICITY_SQUARED) / squash**1.5 * np.pi / 180.0
    return np.column_stack((_metres_east(x, y) / metres_per_lon, _metres_north(x, y) / metres_per_lat))


def _metres_east(x: Array, y: Array) -> Array:
    plain = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    return plain + _ripple(x) + _waves(x, (20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))


def _metres_north(x: Array, y: Array) -> Array:
    plain = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    return plain + _ripple(x) + _waves(y, (20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))


def _ripple(x: Array) -> Array:
    return _waves(x, (20.0, 6.0), (20.0, 2.0))


def _waves(value: Array, *terms: tuple[float, float]) -> Array:
    """Two thirds of a sum of sines; a term is its height in metres and its half turns a degree."""
    total = np.zeros_like(value)
    for height, frequency in terms:
        total += height * np.sin(frequency * np.pi * value)
    return total * 2.0 / 3.0
