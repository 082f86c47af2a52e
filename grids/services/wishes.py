"""What an administrator asks for when areas are to change, understood and checked for shape alone."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext_lazy as _

from core.errors import BadInput, Sentence
from grids.geo.datum import gcj02_to_wgs84
from grids.geo.shapes import UNREADABLE, Outline, OutlineError, check_outline, only_areas, outline_to_geojson
from grids.models import AreaJob
from grids.services.outlines import DATUMS, FLAWS, MOST_TEXT, in_wgs84

Kind = AreaJob.Kind
Position = tuple[float, float]
MOST_PARTS = 20
MOST_POINTS = 20_000
MOVE, END = "move", "end"
_CROSSED: Sentence = _("An outline crosses itself. Draw it so that its border never meets itself.")
_NO_SHAPES: Sentence = _("This is no GeoJSON of outlines. Give a FeatureCollection of Polygons.")


@dataclass(frozen=True, slots=True)
class Wish:
    """One change asked for. ``others`` are the further grids of a merger or border, ``to`` the new parent or
    district; ``cut`` a straight line, ``shapes`` outlines in WGS 84, ``fit`` whether they are cut to the
    ground and leave the rest; ``people`` whether posts move along or end."""

    kind: str
    area: str
    others: tuple[str, ...] = ()
    successors: tuple[str, ...] = ()
    to: str = ""
    cut: tuple[Position, Position] | None = None
    shapes: tuple[Outline, ...] = ()
    fit: bool = False
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    people: str = MOVE
    reason: str = ""

    @property
    def named(self) -> tuple[str, ...]:
        """The codes of all areas in force it names."""
        return tuple(code for code in (self.area, *self.others, *self.successors, self.to) if code)

    def facts(self) -> dict[str, Any]:
        """Everything asked, as plain data."""
        facts = {name: getattr(self, name) for name in self.__slots__ if name != "shapes"}
        return facts | {"shapes": [shape.wkb_hex for shape in self.shapes]}

    def raw(self) -> dict[str, Any]:
        """The same in the shape ``wish_read`` takes, in WGS 84, for a page to send again."""
        features = [
            {"type": "Feature", "properties": {}, "geometry": outline_to_geojson(s)} for s in self.shapes
        ]
        lists = {name: list(getattr(self, name)) for name in ("others", "successors", "codes", "names")}
        plain = {name: getattr(self, name) for name in ("kind", "area", "to", "fit", "people", "reason")}
        drawn = {"type": "FeatureCollection", "features": features} if features else None
        return {**plain, **lists, "cut": self.cut, "outlines": drawn, "datum": "WGS84"}


def wish_read(raw: Mapping[str, Any]) -> Wish:
    """Understand what was asked: ``kind``, ``area`` and what the kind needs; see ``Wish``. ``outlines`` is a
    GeoJSON FeatureCollection or one outline, as text or data; ``cut`` two positions; ``datum`` of both.

    Raises:
        BadInput: something is of the wrong shape; ``field`` says what.
    """
    kind, datum = str(raw.get("kind", "")), str(raw.get("datum") or "WGS84")
    if kind not in Kind.values:
        raise BadInput(_("Choose what is to change."), field="kind")
    if datum not in DATUMS:
        raise BadInput(_("Choose the datum of the outlines."), field="datum")
    shapes, about = _shapes(raw.get("outlines"), datum)
    return Wish(
        kind=kind,
        area=_word(raw, "area", 15),
        others=_words(raw, "others"),
        successors=_words(raw, "successors"),
        to=_word(raw, "to", 15),
        cut=_cut(raw.get("cut"), datum),
        shapes=shapes,
        fit=bool(raw.get("fit")),
        codes=_words(raw, "codes") or tuple(_of(one, "code") for one in about if _of(one, "code")),
        names=_words(raw, "names", 100) or tuple(_of(one, "name") for one in about if _of(one, "name")),
        people=END if raw.get("people") == END else MOVE,
        reason=_reason(raw),
    )


def _reason(raw: Mapping[str, Any]) -> str:
    reason = _word(raw, "reason", 500)
    if not reason:
        raise BadInput(_("Give the reason."), field="reason")
    return reason


def _word(raw: Mapping[str, Any], name: str, most: int) -> str:
    value = raw.get(name)
    text = "" if value is None else str(value).strip()
    if len(text) > most or not text.isprintable():
        raise BadInput(_("This is too long, or has signs that can't be printed."), field=name)
    return text


def _words(raw: Mapping[str, Any], name: str, most: int = 15) -> tuple[str, ...]:
    value = raw.get(name) or ()
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise BadInput(_("Give a list."), field=name)
    words = [_word({name: one}, name, most) for one in value]
    if len(words) > MOST_PARTS:
        raise BadInput(_("At most %(n)d at once.") % {"n": MOST_PARTS}, field=name)
    return tuple(dict.fromkeys(word for word in words if word))


def _of(properties: Any, name: str) -> str:
    value = properties.get(name) if isinstance(properties, Mapping) else None
    return _word({name: value}, name, 100) if isinstance(value, str) else ""


def _cut(value: Any, datum: str) -> tuple[Position, Position] | None:
    if not value:
        return None
    try:
        start, end = ((float(lon), float(lat)) for lon, lat in value)
    except (TypeError, ValueError, OverflowError):
        raise BadInput(_("Give the cut as two positions: longitude, latitude each."), field="cut") from None
    if any(not (abs(lon) <= 180 and abs(lat) <= 90) for lon, lat in (start, end)):
        raise BadInput(FLAWS["out_of_range"], field="cut")
    return (gcj02_to_wgs84(*start), gcj02_to_wgs84(*end)) if datum == "GCJ02" else (start, end)


def _shapes(value: Any, datum: str) -> tuple[tuple[Outline, ...], list[Any]]:
    """The outlines given, and the properties of each."""
    if not value:
        return (), []
    features = _features(value)
    if len(features) > MOST_PARTS:
        raise BadInput(_("At most %(n)d at once.") % {"n": MOST_PARTS}, field="outlines")
    try:
        shapes = tuple(_shape(feature, datum) for feature in features)
    except OutlineError as error:
        raise BadInput(FLAWS[error.reason], field="outlines") from error
    except BadInput as error:
        raise BadInput(error.detail, field="outlines") from error
    except (*UNREADABLE, RecursionError, OverflowError) as error:
        raise BadInput(_NO_SHAPES, field="outlines") from error
    return shapes, [feature.get("properties") for feature in features]


def _features(value: Any) -> list[Mapping[str, Any]]:
    if isinstance(value, str) and len(value) > MOST_TEXT:
        raise BadInput(FLAWS["too_many_points"], field="outlines")
    try:
        data = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError) as error:
        raise BadInput(_NO_SHAPES, field="outlines") from error
    one = isinstance(data, Mapping) and data.get("type") != "FeatureCollection"
    found = [data] if one else data.get("features") if isinstance(data, Mapping) else None
    if not isinstance(found, list) or not found or not all(isinstance(one, Mapping) for one in found):
        raise BadInput(_NO_SHAPES, field="outlines")
    return found


def _shape(feature: Mapping[str, Any], datum: str) -> Outline:
    geometry = feature.get("geometry") if feature.get("type") == "Feature" else feature
    drawn = shapely.geometry.shape(dict(geometry or {}))
    if shapely.get_num_coordinates(drawn) > MOST_POINTS:
        raise BadInput(_("An outline here has at most %(n)d points.") % {"n": MOST_POINTS}, field="outlines")
    # Repairing a tangle can take hours, and what comes out is nothing anybody drew.
    if drawn.geom_type in ("Polygon", "MultiPolygon") and not drawn.is_empty and not drawn.is_valid:
        raise BadInput(_CROSSED if _finite(drawn) else FLAWS["out_of_range"], field="outlines")
    # The same ground is the same wish, in whatever order its corners come back from a page.
    return only_areas(shapely.normalize(in_wgs84(check_outline(drawn), datum)))


def _finite(drawn: Any) -> bool:
    return bool(np.isfinite(shapely.get_coordinates(drawn)).all())
