"""Read a city's own areas from a file somebody uploaded: GeoJSON or CSV, hostile ones included."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import BadInput, CityError, Sentence, TooLarge
from grids.geo.shapes import Outline, OutlineError, outline_from_geojson
from grids.policies import DIGITS
from grids.services.outlines import DATUMS, FLAWS, in_wgs84

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 20_000
FILE_TOO_LARGE: Sentence = _("A file of areas has at most 20 MB. Split it by district.")
# What spreadsheets of Chinese offices call the columns and levels.
_ALIASES = {
    "代码": "code",
    "名称": "name",
    "层级": "level",
    "上级代码": "parent_code",
    "启用日期": "valid_from",
}
_LEVELS = {
    "区": "district", "区县": "district", "街道": "street", "镇街": "street",
    "社区": "community", "社区（村）": "community", "网格": "grid",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """One area as the file has it; ``line`` counts data rows or features from 1."""

    line: int
    code: str
    name: str
    level: str
    parent_code: str = ""
    valid_from: date | None = None
    outline: Outline | None = None


@dataclass(slots=True)
class Upload:
    """What a file holds: usable rows, and (line, code, sentence) for those that are not."""

    rows: list[Given] = field(default_factory=list)
    errors: list[tuple[int, str, Sentence]] = field(default_factory=list)


def upload_read(data: bytes, datum: str) -> Upload:
    """Read a whole file; what is wrong with single rows is collected.

    Raises:
        TooLarge: more than 20 MB. BadInput: unreadable as a whole; the sentence says what to save it as.
    """
    if len(data) > MOST_BYTES:
        raise TooLarge(FILE_TOO_LARGE, field="file")
    if datum not in DATUMS:
        raise BadInput(_("Choose the datum of the outlines."), field="datum")
    text = _decoded(data)
    raw = _features(text) if text.lstrip().startswith(("{", "[")) else _lines(text)
    upload, seen = Upload(), set[str]()
    for line, properties, geometry in raw:
        if line > MOST_ROWS:
            raise TooLarge(_("A file has at most 20,000 areas. Split it by district."), field="file")
        _take(upload, seen, line, properties, geometry, datum)
    if not upload.rows and not upload.errors:
        raise BadInput(_("This file has no areas in it."), field="file")
    return upload


def _decoded(data: bytes) -> str:
    # Spreadsheets in China save CSV as GB 18030 unless told otherwise.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise BadInput(_("This is no text file. Save it as GeoJSON or CSV in UTF-8."), field="file")


Raw = Iterator[tuple[int, Mapping[str, Any], Any]]


def _features(text: str) -> Raw:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(
            _("This is no valid GeoJSON. Export it anew as a FeatureCollection."), field="file"
        ) from error
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        raise BadInput(_("This GeoJSON is no FeatureCollection. Export it as one."), field="file")
    for line, feature in enumerate(features, start=1):
        about = feature.get("properties") if isinstance(feature, dict) else None
        yield line, about if isinstance(about, dict) else {}, feature.get("geometry") if about else None


def _lines(text: str) -> Raw:
    reader = csv.DictReader(io.StringIO(text))
    try:
        heads = [_ALIASES.get(head.strip(), head.strip()) for head in reader.fieldnames or []]
        if not {"code", "name"} <= set(heads):
            raise BadInput(
                _("The first line must name the columns: code, name, level, parent_code, valid_from."),
                field="file",
            )
        reader.fieldnames = heads
        for line, row in enumerate(reader, start=1):
            yield line, row, None
    except csv.Error as error:
        raise BadInput(_("This is no valid CSV. Save it anew from the spreadsheet."), field="file") from error


def _take(
    upload: Upload, seen: set[str], line: int, properties: Mapping[str, Any], geometry: Any, datum: str
) -> None:
    code = _word(properties, "code")
    try:
        given = _given(line, code, properties, geometry, datum)
        if code in seen:
            raise BadInput(_("This code stands in the file twice."))
    except OutlineError as error:
        upload.errors.append((line, code[:20], FLAWS[error.reason]))
    except CityError as error:
        upload.errors.append((line, code[:20], error.detail))
    else:
        upload.rows.append(given)
    seen.add(code)


def _given(line: int, code: str, properties: Mapping[str, Any], geometry: Any, datum: str) -> Given:
    level = _level(code, _word(properties, "level"))
    name = _word(properties, "name")
    if not name or len(name) > 100 or not name.isprintable():
        raise BadInput(_("Give the area a name of at most 100 characters."))
    parent = _word(properties, "parent_code")
    outline = None if geometry is None else _outline(geometry, datum)
    return Given(line, code, name, level, parent, _day(_word(properties, "valid_from")), outline)


def _word(properties: Mapping[str, Any], column: str) -> str:
    value = properties.get(column)
    return str(value).strip() if isinstance(value, str | int) else ""


def _level(code: str, said: str) -> str:
    found = next((level for level, digits in DIGITS.items() if digits == len(code)), "")
    if not (found and code.isascii() and code.isdigit()):
        raise BadInput(
            _("A code has 6 digits for a district, 9 for a street, 12 for a community, 15 for a grid.")
        )
    if said and _LEVELS.get(said, said) != found:
        raise BadInput(_("The level does not fit the number of digits in the code."))
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadInput(_("Write the date as in 2026-01-31.")) from error


def _outline(geometry: Any, datum: str) -> Outline:
    if not isinstance(geometry, dict):
        raise BadInput(FLAWS["not_geojson"])
    return in_wgs84(outline_from_geojson(geometry), datum)
