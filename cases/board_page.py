"""What the page of supervision (督办) shows: figures that open their lists, rows, filters."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.roles import Role
from cases import board
from cases.board_forms import BoardFilter
from cases.choices import list_choices
from cases.filters import filters_of
from cases.lists import row_of
from cases.models import Case, Supervision
from cases.permissions import check_may_take
from cases.policies import permits
from cases.supervised import Watch, watch_of
from cases.wording_late import SUPERVISED, SUPERVISIONS, span_words
from cases.workflow import BY_ACTION, Action, Stage
from core.errors import Sentence
from core.paging import Page, page_of
from grids.access import Access

SHOWN = (board.LATE, board.OWED, board.WATCHED)
_PLACES = ("district", "street", "unit", "q")
_FILTERS = ("stage", "district", "street", "unit", "escalation")
_ACTS = (Action.SUPERVISE, Action.REMIND)


def shown_of(query: QueryDict) -> str:
    """Which of the three lists an address asks for."""
    show = query.get("show", "")
    return show if show in SHOWN else board.LATE


def board_page(access: Access, query: QueryDict, *, now: datetime) -> dict[str, Any]:
    """The context of the board, in six queries beside a search by words.

    Raises:
        NotAllowed: the person supervises nothing. BadInput: the page marker is not one of ours.
    """
    show, wanted = shown_of(query), _wanted(query)
    places = {name: values for name, values in wanted.items() if name in _PLACES}
    figures = board.figures_of(board.board_cases(access, places, query.get("q", "")), now)
    page, rows = _rows(access, query, show, now)
    form = BoardFilter(query, show=show, choices=list_choices(access, wanted))
    kept = _kept(query)
    return {
        "show": show,
        "page": page,
        "rows": rows,
        "form": form,
        "tabs": [_tab(one, figures, kept, show) for one in SHOWN],
        "tiles": _tiles(figures, kept),
        "query": kept.urlencode(),
        "narrowed": any(value for name, value in kept.items() if name != "show"),
        "now": now,
    }


def _wanted(query: QueryDict) -> dict[str, Any]:
    return {name: values for name, values in filters_of(query).items() if name in _FILTERS}


def _kept(query: QueryDict) -> QueryDict:
    kept = QueryDict(mutable=True)
    for name in ("show", *_FILTERS, "by", "reply", "q"):
        if values := [v[:100] for v in query.getlist(name)[:50] if v and "\x00" not in v]:
            kept.setlist(name, values)
    return kept


def _rows(
    access: Access, query: QueryDict, show: str, now: datetime
) -> tuple[Page[Any], list[dict[str, Any]]]:
    cursor = query.get("cursor", "")
    if show == board.LATE:
        page = page_of(late_found(access, query, now), by="due_at", cursor=cursor)
        return page, [late_row(access, case, now) for case in page.rows]
    by = "reply_by" if show == board.OWED else "-at"
    found = page_of(watches_found(access, query, show, now), by=by, cursor=cursor)
    return found, [watch_row(access, row, now) for row in found.rows]


def late_found(access: Access, query: QueryDict, now: datetime) -> QuerySet[Case]:
    """What is late and fits the address."""
    return board.late_of(board.board_cases(access, _wanted(query), query.get("q", "")), now)


def watches_found(access: Access, query: QueryDict, show: str, now: datetime) -> QuerySet[Supervision]:
    """The replies owed, or all open supervisions, that fit the address, with their cases."""
    cases = board.board_cases(access, _wanted(query), query.get("q", ""))
    rows = board.owed_in(cases) if show == board.OWED else board.watches_in(cases).order_by("-at", "-pk")
    rows = board.watches_narrowed(rows, by=query.get("by", ""), reply=query.get("reply", ""), now=now)
    return board.with_cases(rows)


def late_row(access: Access, case: Case, now: datetime) -> dict[str, Any]:
    """A late case: level, whom it waits for, a reply that is owed, what one can do about it."""
    reply = getattr(case, "reply_owed_by", None)
    return row_of(case, now) | {
        "level": SUPERVISED.get(case.escalation, ""),
        "waits": board.waits_for(case),
        "reply": reply,
        "reply_late": bool(reply and reply <= now),
        "acts": acts_on(access, case),
    }


def watch_row(access: Access, row: Supervision, now: datetime) -> dict[str, Any]:
    """A supervision with its case, and how late its reply is."""
    watch = watch_of(row, row.case, now)
    return row_of(row.case, now) | {
        "watch": watch,
        "unit": row.asked_unit.name if row.asked_unit else "",
        "waits": board.waits_for(row.case),
        "reply_words": reply_words(watch, now),
        "acts": acts_on(access, row.case),
    }


def reply_words(watch: Watch, now: datetime) -> str:
    """How long until a reply is owed, or how late it is, in plain time; "" where none is."""
    if watch.reply_by is None:
        return ""
    left = (watch.reply_by - now).total_seconds()
    words = _("%(amount)s left") if left > 0 else _("%(amount)s late")
    return words % {"amount": span_words(abs(left), None)}


def acts_on(access: Access, case: Case) -> list[dict[str, Any]]:
    """Supervising and reminding, where this person may; no queries."""
    steps = [BY_ACTION[action, Stage(case.stage)] for action in _ACTS]
    return [
        {"label": step.action.label, "url": reverse("cases:step", args=[case.number, step.action.value])}
        for step in steps
        if permits(check_may_take, access, case, step, ()) and (step.rests or not case.suspended_until)
    ]


_COUNTED = {board.LATE: "late", board.OWED: "owed", board.WATCHED: "watched"}


def _tab(show: str, figures: dict[str, int], kept: QueryDict, current: str) -> dict[str, Any]:
    labels = {
        board.LATE: _("Late cases"), board.OWED: _("Replies owed"), board.WATCHED: _("Open supervisions")
    }  # fmt: skip
    counts = figures | {"watched": figures["bureau"] + figures["station"]}
    return {
        "label": labels[show],
        "figure": counts[_COUNTED[show]],
        "url": _url(kept, show=show),
        "current": show == current,
    }


def _tiles(figures: dict[str, int], kept: QueryDict) -> list[dict[str, Any]]:
    """The figures, each with the list it counts."""
    tiles: list[tuple[Sentence, str, dict[str, str], str]] = [
        (SUPERVISIONS[n], f"level{n}", {"show": board.LATE, "escalation": str(n)}, "red") for n in (3, 2, 1)
    ]
    tiles += [
        (_("Replies late"), "owed_late", {"show": board.OWED, "reply": "late"}, "red"),
        (_("Supervised by the bureau"), "bureau", {"show": board.WATCHED, "by": Role.BUREAU.value}, ""),
        (_("Supervised by the station"), "station", {"show": board.WATCHED, "by": Role.STATION.value}, ""),
    ]
    return [
        {
            "label": label,
            "figure": figures[name],
            "url": _url(kept, **asked),
            "lamp": lamp if figures[name] else "",
        }
        for label, name, asked, lamp in tiles
    ]


def _url(kept: QueryDict, **asked: str) -> str:
    """The board narrowed to a place as it is now, and to what a figure counts."""
    query = QueryDict(mutable=True)
    for name in _PLACES:
        if values := kept.getlist(name):
            query.setlist(name, values)
    query.update(asked)
    return f"{reverse('cases:overdue')}?{query.urlencode()}"
