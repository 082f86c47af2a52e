"""The board of supervision as an Excel file: no formula, no phone number, at most ten thousand rows."""

from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from cases import board
from cases.board_page import late_found, reply_words, shown_of, watches_found
from cases.export import MOST_ROWS, book_of
from cases.lamps import standing_of
from cases.lists import title_of
from cases.models import Case, Supervision
from cases.supervised import watch_of
from cases.veil import covered_case
from cases.wording_late import SUPERVISED
from core.masking import without_phones
from grids.access import Access


def board_book(access: Access, query: QueryDict, *, now: datetime) -> IO[bytes]:
    """The list an address asks for as an Excel file, at most ten thousand rows.

    Raises:
        NotAllowed: the person supervises nothing.
    """
    show = shown_of(query)
    if show == board.LATE:
        return book_of(_("Late cases"), _LATE_WIDTHS, _late_lines(late_found(access, query, now), now))
    rows = watches_found(access, query, show, now)
    return book_of(_("Supervisions"), _WATCH_WIDTHS, _watch_lines(rows, now))


_LATE_WIDTHS = (22, 24, 10, 16, 17, 12, 20, 20, 14, 40, 17)
_WATCH_WIDTHS = (22, 24, 12, 26, 17, 18, 20, 17, 16, 14, 40)


def _late_lines(rows: QuerySet[Case], now: datetime) -> Iterator[list[str]]:
    yield [
        _("Number"), _("Class"), _("Supervision level"), _("Left or late"), _("Deadline"), _("Stage"),
        _("Waits for"), _("Lead unit"), _("Street"), _("Address"), _("Reply owed by"),
    ]  # fmt: skip
    for case in _some(rows):
        covered_case(case)
        standing, reply = standing_of(case, now), getattr(case, "reply_owed_by", None)
        late, unit = (standing.words if standing else ""), (case.lead_unit.name if case.lead_unit else "")
        yield _safe(
            case.number, title_of(case), SUPERVISED.get(case.escalation, ""), late, _moment(case.due_at),
            case.get_stage_display(), board.waits_for(case), unit, case.street.name, case.address,
            _moment(reply),
        )  # fmt: skip


def _watch_lines(rows: QuerySet[Supervision], now: datetime) -> Iterator[list[str]]:
    yield [
        _("Number"), _("Class"), _("Stage"), _("Attached by"), _("Attached at"), _("Asked"), _("Waits for"),
        _("Reply owed by"), _("Left or late"), _("Street"), _("Address"),
    ]  # fmt: skip
    for row in _some(rows):
        case, watch = covered_case(row.case), watch_of(row, row.case, now)
        yield _safe(
            case.number, title_of(case), case.get_stage_display(), watch.source, _moment(watch.at),
            watch.asks, board.waits_for(case), _moment(watch.reply_by), reply_words(watch, now),
            case.street.name, case.address,
        )  # fmt: skip


def _some(rows: Any) -> Iterator[Any]:
    return iter(rows[:MOST_ROWS].iterator(chunk_size=500))


def _safe(*cells: object) -> list[str]:
    return [without_phones(str(cell)) for cell in cells]


def _moment(at: datetime | None) -> str:
    return localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""
