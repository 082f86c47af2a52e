"""The published plan of a year's holidays: read from a CSV file, or taken as shipped; and written again."""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.calendars.year import days_in
from core.calendar_seed import published_days
from core.errors import BadInput, Sentence, TooLarge
from core.worktime import Content, Kind

MOST_BYTES = 200_000
COLUMNS = ("date", "kind", "name", "like")
_HEADS = {
    "date": "date", "日期": "date", "kind": "kind", "类型": "kind", "name": "name", "名称": "name",
    "节日": "name", "like": "like", "按星期": "like",
}  # fmt: skip
_KINDS = {
    "holiday": Kind.HOLIDAY, "放假": Kind.HOLIDAY, "休": Kind.HOLIDAY, "节假日": Kind.HOLIDAY,
    "working": Kind.WORKING, "上班": Kind.WORKING, "班": Kind.WORKING, "调休": Kind.WORKING,
    "补班": Kind.WORKING,
}  # fmt: skip
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)


def plan_of_file(content: Content, year: int, data: bytes) -> dict[str, Any]:
    """The wish by which the file's days are those of ``year``.

    Days of the December before, which plans also name, are added to what stands there.

    Raises:
        TooLarge: more than 200 kB. BadInput: the file can't be read, or a year before has no plan yet.
    """
    if len(data) > MOST_BYTES:
        raise TooLarge(_("A plan has at most 200 kB. Is this the right file?"), field="file")
    days: dict[str, dict[str, Any]] = {}
    for number, row in _rows(data):
        day = _day(number, row, year)
        if day["date"] in days:
            raise _bad_row(number, _("%(day)s stands there twice.") % {"day": day["date"]})
        days[day["date"]] = day
    if not days:
        raise BadInput(_("The file has no days in it."), field="file")
    return _wish(content, year, list(days.values()))


def plan_as_shipped(content: Content, year: int) -> dict[str, Any]:
    """The same from what came with this version of the system.

    Raises:
        BadInput: it knows no plan of that year.
    """
    rows = [row for row in published_days()[0] if row["date"].startswith(f"{year}-")]
    if not rows:
        raise BadInput(_("No plan of this year came with the system. Upload the file."), field="year")
    return _wish(content, year, rows)


def shipped_year(content: Content) -> int | None:
    """The year that follows the calendar's last, if its plan came with the system."""
    until = content.published_until
    return until + 1 if until is not None and until < published_days()[1] else None


def plan_rows(content: Content, year: int) -> Iterator[tuple[Any, ...]]:
    """Head and rows of a file that ``plan_of_file`` reads."""
    yield COLUMNS
    for row in days_in(content, year):
        yield tuple("" if row[name] is None else row[name] for name in COLUMNS)


def _wish(content: Content, year: int, rows: list[dict[str, Any]]) -> dict[str, Any]:
    until = content.published_until
    if until is not None and year > until + 1:
        raise BadInput(
            _("The plan of %(year)d is missing still. Import it first.") % {"year": until + 1}, field="year"
        )
    kept = {row["date"]: row for row in content.days if not row["date"].startswith(f"{year}-")}
    days = kept | {row["date"]: row for row in rows}
    return {"days": list(days.values()), "published_until": until and max(until, year)}


def _rows(data: bytes) -> Iterator[tuple[int, Mapping[str, str]]]:
    lines = csv.reader(_text(data).splitlines())
    try:
        heads = [_HEADS.get(head.strip().lower(), "") for head in next(lines, [])]
        if not {"date", "kind"} <= set(heads):
            raise BadInput(_("The first row names the columns: date, kind, name."), field="file")
        for number, cells in enumerate(lines, 2):
            if any(cell.strip() for cell in cells):
                yield number, {head: cell.strip() for head, cell in zip(heads, cells, strict=False) if head}
    except csv.Error:
        raise BadInput(_("This is no CSV file. Save the sheet as CSV and try again."), field="file") from None


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput(_("This is no CSV file. Save the sheet as CSV and try again."), field="file")


def _day(number: int, row: Mapping[str, str], year: int) -> dict[str, Any]:
    day = _date(row.get("date", ""))
    if day is None:
        raise _bad_row(number, _("the date is written 2026-10-01."))
    if not date(year - 1, 12, 1) <= day <= date(year, 12, 31):
        raise _bad_row(number, _("%(day)s does not lie in %(year)d.") % {"day": day, "year": year})
    kind = _KINDS.get(row.get("kind", "").lower())
    if kind is None:
        raise _bad_row(number, _("the kind is holiday or working."))
    like = row.get("like") or None
    if like is not None and like not in "1234567":
        raise _bad_row(number, _("like is a weekday, 1 for Monday to 7 for Sunday."))
    about = {"kind": str(kind), "name": row.get("name", ""), "like": int(like) if like else None}
    return {"date": day.isoformat(), **about}


def _date(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _bad_row(number: int, fault: Sentence) -> BadInput:
    return BadInput(_("Row %(n)d: %(fault)s") % {"n": number, "fault": fault}, field="file")
