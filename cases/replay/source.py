"""Rows of another city's requests, read one by one and judged one by one. Pure: the clock is passed in.

No row is dropped: what can't be used comes back with a problem code and a sentence, so that
usable rows and refused rows always add up to the rows of the file.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.replay.mapping import Box, ClassRef, RequestMapping
from core.errors import BadInput

DESCRIPTION_MAX = 500
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row. ``number`` counts data rows from 1; times are aware UTC; ``lon``/``lat`` are the source's own.

    ``problem`` is empty for a usable row; only then are ``opened``, ``target``, ``lon``, ``lat`` there.
    """

    number: int
    source_id: str
    opened: datetime | None = None
    closed: datetime | None = None
    target: ClassRef | None = None
    description: str = ""
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    source: str = ""
    agency: str = ""
    problem: str = ""
    sentence: str = ""


class _RowError(Exception):
    def __init__(self, problem: str, sentence: str | Promise) -> None:
        super().__init__(problem)
        self.problem = problem
        self.sentence = str(sentence)


def read_rows(path: Path, mapping: RequestMapping, *, now: datetime) -> Iterator[SourceRow]:
    """Every data row of the CSV file in order, read as a stream.

    ``now`` (aware) is what counts as future. Problem codes: unreadable, no_id, duplicate, bad_time,
    closed_before_opened, no_place, no_class. Raises BadInput when the file or a column is missing.
    """
    try:
        stream = path.open(encoding=mapping.encoding, errors="surrogateescape", newline="")
    except OSError as error:
        raise BadInput(_("The file %(file)s can't be read. Check its path.") % {"file": path}) from error
    with stream:
        yield from _rows(stream, mapping, now)


def _rows(stream: IO[str], mapping: RequestMapping, now: datetime) -> Iterator[SourceRow]:
    reader = csv.reader(stream)
    header = _header(reader, mapping)
    seen: set[str] = set()
    for number, values in enumerate(_records(reader), 1):
        source_id = ""
        try:
            cells = _cells(values, header, mapping)
            source_id = cells["id"]
            _check_id(source_id, seen)
            row = _row(number, cells, mapping, now)
        except _RowError as refused:
            row = SourceRow(number, source_id, problem=refused.problem, sentence=refused.sentence)
        seen.add(source_id)
        yield row


def _header(reader: Iterator[list[str]], mapping: RequestMapping) -> list[str]:
    try:
        header = next(reader, [])
    except csv.Error as error:
        raise BadInput(_("The first line is no CSV header: %(error)s.") % {"error": error}) from error
    missing = [column for column in mapping.columns.values() if column not in header]
    if missing:
        raise BadInput(
            _("The file lacks the column %(names)s. Name the right columns in the mapping file.")
            % {"names": ", ".join(missing)}
        )
    return header


def _records(reader: Iterator[list[str]]) -> Iterator[list[str] | None]:
    """Records that are not blank; None stands for one the CSV reader gave up on."""
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None
            continue
        if values:
            yield values


def _cells(values: list[str] | None, header: list[str], mapping: RequestMapping) -> dict[str, str]:
    if values is None or len(values) != len(header):
        raise _RowError(
            "unreadable", _("The row does not have the columns of the first line. Mend its quotes.")
        )
    by_column = dict(zip(header, values, strict=True))
    cells = {name: CONTROL.sub(" ", by_column[column]).strip() for name, column in mapping.columns.items()}
    if any("\udc80" <= char <= "\udcff" for text in cells.values() for char in text):
        raise _RowError(
            "unreadable",
            _("The row is not written in %(encoding)s. Convert it.") % {"encoding": mapping.encoding},
        )
    return cells


def _check_id(source_id: str, seen: set[str]) -> None:
    if not source_id:
        raise _RowError("no_id", _("The row has no number of its own. Give it one."))
    if source_id in seen:
        raise _RowError("duplicate", _("Number %(id)s stands in an earlier row already.") % {"id": source_id})


def _row(number: int, cells: Mapping[str, str], mapping: RequestMapping, now: datetime) -> SourceRow:
    opened, closed = _times(cells, mapping, now)
    lon, lat = _place(cells["point"], mapping.point, mapping.bounds)
    return SourceRow(
        number=number,
        source_id=cells["id"],
        opened=opened,
        closed=closed,
        target=_target(cells, mapping),
        description=_description(cells),
        address=cells["address"],
        lon=lon,
        lat=lat,
        source=mapping.sources.get(cells["source"], mapping.default_source),
        agency=cells.get("agency", ""),
    )


def _times(
    cells: Mapping[str, str], mapping: RequestMapping, now: datetime
) -> tuple[datetime, datetime | None]:
    opened = _time(cells["opened"], mapping, now)
    if not cells["closed"]:
        return opened, None
    closed = _time(cells["closed"], mapping, now)
    if closed < opened:
        # An hour that clocks run through twice: the later reading may be the one that was meant.
        closed = _time(cells["closed"], mapping, now, fold=1)
    if closed < opened:
        raise _RowError(
            "closed_before_opened",
            _("It was closed (%(closed)s) before it was opened (%(opened)s). Correct one of the times.")
            % cells,
        )
    return opened, closed


def _time(text: str, mapping: RequestMapping, now: datetime, fold: int = 0) -> datetime:
    try:
        local = datetime.strptime(text, mapping.time_format).replace(tzinfo=mapping.time_zone, fold=fold)
    except ValueError as error:
        raise _RowError(
            "bad_time", _("“%(text)s” is no time of the form agreed on.") % {"text": text}
        ) from error
    if not mapping.earliest_year <= local.year <= now.year + 1:
        raise _RowError("bad_time", _("The time %(text)s can't be right. Correct it.") % {"text": text})
    moment = local.astimezone(UTC)
    if moment > now:
        raise _RowError("bad_time", _("The time %(text)s lies in the future. Correct it.") % {"text": text})
    return moment


def _place(text: str, pattern: re.Pattern[str], bounds: Box) -> tuple[float, float]:
    found = pattern.fullmatch(text)
    if found is None:
        raise _RowError("no_place", _("The row has no point on the map. Add one."))
    try:
        lon, lat = float(found["lon"]), float(found["lat"])
    except ValueError as error:
        raise _RowError("no_place", _("The point %(text)s is no position.") % {"text": text}) from error
    west, south, east, north = bounds
    if not (west <= lon <= east and south <= lat <= north):
        raise _RowError(
            "no_place", _("The point %(text)s lies outside the city. Correct it.") % {"text": text}
        )
    return lon, lat


def _target(cells: Mapping[str, str], mapping: RequestMapping) -> ClassRef:
    rule = mapping.rule_for(cells["category"], cells["type"], cells["details"])
    if rule is None:
        raise _RowError(
            "no_class",
            _("No rule of the mapping file takes “%(category)s / %(type)s / %(details)s”. Add one.") % cells,
        )
    if rule.target is None:
        raise _RowError(
            "no_class", _("No class fits “%(category)s / %(type)s”: %(why)s.") % {**cells, "why": rule.refuse}
        )
    return rule.target


def _description(cells: Mapping[str, str]) -> str:
    parts = dict.fromkeys(
        text.replace("_", " ") for name in ("category", "type", "details") if (text := cells[name])
    )
    return " · ".join(parts)[:DESCRIPTION_MAX]
