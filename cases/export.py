"""A list as a file, CSV or Excel: no formula, no phone number, at most ten thousand rows."""

from collections.abc import Iterator
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO

from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from cases.models import Case
from cases.veil import covered_case
from core.csvfile import csv_lines
from core.masking import without_phones

MOST_ROWS = 10_000
_WIDTHS = (22, 12, 10, 10, 20, 28, 40, 14, 18, 12, 32, 18, 10, 17, 17)  # characters, as the head stands


def csv_of(rows: QuerySet[Case]) -> Iterator[str]:
    """The lines of a CSV file, read in portions."""
    # The number is longer than a spreadsheet's numbers; the tab keeps it whole as text.
    cells = ([f"{row[0]}\t", *row[1:]] for row in _rows(rows))
    return csv_lines(_with_head(cells))


def xlsx_of(rows: QuerySet[Case]) -> IO[bytes]:
    """An Excel file, to be read from its beginning; every cell is text, so nothing is computed."""
    # Row by row to the disk: memory stays the same however long the list is.
    target = TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    with Workbook(target, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(_("Cases"))
        bold = book.add_format({"bold": True})
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 1)
        for line, row in enumerate(_with_head(_rows(rows))):
            for column, cell in enumerate(row):
                sheet.write_string(line, column, cell, None if line else bold)
        sheet.autofilter(0, 0, line, len(_WIDTHS) - 1)
    target.seek(0)
    return target


def _with_head(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    yield _head()
    yield from rows


def _rows(rows: QuerySet[Case]) -> Iterator[list[str]]:
    for case in rows[:MOST_ROWS].iterator(chunk_size=500):
        yield [without_phones(cell) for cell in _row(covered_case(case))]


def _head() -> list[str]:
    return [
        _("Number"), _("Stage"), _("Track"), _("Line"), _("Class"), _("Filing condition"), _("Description"),
        _("Street"), _("Community"), _("Grid"), _("Address"), _("Lead unit"), _("Source"), _("Reported at"),
        _("Done at"),
    ]  # fmt: skip


def _row(case: Case) -> list[str]:
    return [
        case.number,
        str(case.get_stage_display()),
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
