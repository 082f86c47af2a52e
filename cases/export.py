"""A list as a file, CSV or Excel: no formula, no phone number, at most ten thousand rows."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO

from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from cases.lamps import standing_of
from cases.models import Case
from cases.veil import covered_case
from cases.wording_late import SUPERVISED
from core.csvfile import csv_lines
from core.masking import without_phones

MOST_ROWS = 10_000
# The width of each column in characters, as the head stands.
_WIDTHS = (22, 12, 10, 17, 16, 10, 10, 10, 20, 28, 40, 14, 18, 12, 32, 18, 10, 17, 17)


def csv_of(rows: QuerySet[Case], now: datetime) -> Iterator[str]:
    """The lines of a CSV file, read in portions; how cases stand to their deadlines is that of ``now``."""
    # The number is longer than a spreadsheet's numbers; the tab keeps it whole as text.
    cells = ([f"{row[0]}\t", *row[1:]] for row in _rows(rows, now))
    return csv_lines(_with_head(cells))


def xlsx_of(rows: QuerySet[Case], now: datetime) -> IO[bytes]:
    """The same as an Excel file, to be read from its beginning."""
    return book_of(_("Cases"), _WIDTHS, _with_head(_rows(rows, now)))


def book_of(title: str, widths: Sequence[int], lines: Iterable[Sequence[str]]) -> IO[bytes]:
    """A table with its head as an Excel file; every cell is text, so nothing is computed."""
    # Row by row to the disk: memory stays the same however long the list is.
    target = TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    with Workbook(target, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(title)
        bold = book.add_format({"bold": True})
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 1)
        for line, row in enumerate(lines):
            for column, cell in enumerate(row):
                sheet.write_string(line, column, cell, None if line else bold)
        sheet.autofilter(0, 0, line, len(widths) - 1)
    target.seek(0)
    return target


def _with_head(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    yield _head()
    yield from rows


def _rows(rows: QuerySet[Case], now: datetime) -> Iterator[list[str]]:
    for case in rows[:MOST_ROWS].iterator(chunk_size=500):
        yield [without_phones(cell) for cell in _row(covered_case(case), now)]


def _head() -> list[str]:
    return [
        _("Number"), _("Stage"), _("Lamp"), _("Deadline"), _("Left or late"), _("Supervision level"),
        _("Track"), _("Line"), _("Class"), _("Filing condition"), _("Description"), _("Street"),
        _("Community"), _("Grid"), _("Address"), _("Lead unit"), _("Source"), _("Reported at"), _("Done at"),
    ]  # fmt: skip


def _row(case: Case, now: datetime) -> list[str]:
    standing = standing_of(case, now)
    return [
        case.number,
        str(case.get_stage_display()),
        str(standing.lamp.label) if standing else "",
        _moment(case.due_at),
        standing.words if standing else "",
        str(SUPERVISED.get(case.escalation, "")),
        str(case.get_track_display()),
        str(case.case_class.get_line_display()) if case.case_class else "",
        str(case.case_class or ""),
        case.condition.text if case.condition else "",
        case.description,
        case.street.name,
        case.community.name,
        case.grid.name,
        case.address,
        case.lead_unit.name if case.lead_unit else "",
        str(case.get_source_display()),
        _moment(case.opened_at),
        _moment(case.closed_at),
    ]


def _moment(at: datetime | None) -> str:
    return localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""
