"""The columns of the case list: which there are, and which an address bar asks for. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from cases.filters import USUAL
from cases.models import Case
from cases.wording_late import SUPERVISED
from core.errors import Sentence


@dataclass(frozen=True, slots=True)
class Column:
    """One column beside the case itself.

    ``kind`` says how a cell is drawn: text, short (in one line), place, deadline, stage or track.
    """

    key: str
    label: Sentence
    value: Callable[[Case], object]
    kind: str = "text"


def _time(at: datetime | None) -> str:
    return localtime(at).strftime("%m-%d %H:%M") if at else ""


def _limit(case: Case) -> str:
    return f"{case.limit_value} {case.get_limit_unit_display()}" if case.limit_value else ""


def _level(case: Case) -> str:
    return str(SUPERVISED[case.escalation]) if case.escalation in SUPERVISED else ""


_FROM_ROW = {"place": "place", "deadline": "standing"}
COLUMNS = (
    Column("deadline", _("Deadline"), lambda case: "", "deadline"),
    Column("stage", _("Stage"), lambda case: case.get_stage_display(), "stage"),
    Column("track", _("Track"), lambda case: case.get_track_display() if case.filed_at else "", "track"),
    Column("place", _("Place"), lambda case: "", "place"),
    Column("street", _("Street"), lambda case: case.street.short_name or case.street.name),
    Column("grid", _("Grid"), lambda case: case.grid.short_name or case.grid.name),
    Column("line", _("Line"), lambda case: case.case_class.get_line_display() if case.case_class else ""),
    Column("unit", _("Lead unit"), lambda case: case.lead_unit.name if case.lead_unit else ""),
    Column("person", _("Waits for"), lambda case: str(case.assignee) if case.assignee else ""),
    Column("level", _("Supervision"), _level, "short"),
    Column("source", _("Source"), lambda case: case.get_source_display()),
    Column("limit", _("Handling limit"), _limit, "short"),
    Column("reported", _("Reported"), lambda case: _time(case.opened_at), "short"),
    Column("since", _("In this stage since"), lambda case: _time(case.stage_since), "short"),
    Column("done", _("Done"), lambda case: _time(case.closed_at), "short"),
)


def columns_of(query: QueryDict) -> list[Column]:
    """The columns asked for by ``cols``, in our order; the usual ones where none that exists is asked for."""
    asked = set(query.getlist("cols")[:30])
    return [c for c in COLUMNS if c.key in asked] or [c for c in COLUMNS if c.key in USUAL]


def cells_of(row: dict[str, Any], columns: list[Column]) -> list[dict[str, Any]]:
    """The cells of a row (``cases.lists.row_of``), one for each column."""
    case = row["case"]
    return [
        {
            "label": c.label,
            "kind": c.kind,
            "value": row[_FROM_ROW[c.kind]] if c.kind in _FROM_ROW else c.value(case),
        }
        for c in columns
    ]
