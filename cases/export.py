"""A list as CSV that a spreadsheet opens safely: with a byte-order mark, no formula, no phone number."""

import csv
from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from cases.models import Case
from cases.veil import covered_case
from core.masking import without_phones

MOST_ROWS = 10_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class _Echo:
    """A file that gives back each line instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_of(rows: QuerySet[Case]) -> Iterator[str]:
    """The lines of the file, at most ten thousand cases, read in portions."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    yield writer.writerow(_head())
    for case in rows[:MOST_ROWS].iterator(chunk_size=500):
        yield writer.writerow([safe(cell) for cell in _row(covered_case(case))])


def safe(cell: str) -> str:
    """A cell no spreadsheet takes for a formula, with phone numbers in words masked."""
    text = without_phones(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _head() -> list[str]:
    return [
        _("Number"), _("Stage"), _("Track"), _("Line"), _("Class"), _("Filing condition"), _("Description"),
        _("Street"), _("Community"), _("Grid"), _("Address"), _("Lead unit"), _("Source"), _("Reported at"),
        _("Done at"),
    ]  # fmt: skip


def _row(case: Case) -> list[str]:
    return [
        # The number is longer than a spreadsheet's numbers; the tab keeps it whole as text.
        f"{case.number}\t",
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
