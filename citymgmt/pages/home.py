"""The first page: the workbench of whoever is signed in, the public start page for everybody else."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.roles import May, Role
from cases.lists import all_stages, queues_of, rows_of
from cases.marks import MARKS
from cases.selectors import mark_counts, my_reports, my_tasks, stage_lamps, urgent_first, urgent_in
from citymgmt.navigation import REPORTERS
from core import clock
from grids.access import Access

_TASKS, _REPORTS, _ROWS = 12, 5, 6
DECIDERS = frozenset({Role.STATION, Role.BUREAU})
DECIDED = ("to_decide", "returned_twice", "plan_owed", "reply_owed", "suspended", "supervised")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What is asked of me now; a stranger sees where to report and how to follow."""
    if not request.user.is_authenticated:
        return render(request, "pages/start.html")
    access: Access = request.access  # type: ignore[attr-defined]
    return render(request, "pages/home.html", workbench(access, access.at or clock.now()))


def workbench(access: Access, now: datetime) -> dict[str, object]:
    """My tasks, the queues my roles own with their most urgent cases, my latest reports."""
    tasks = list(urgent_first(my_tasks(access))[: _TASKS + 1])
    return {
        "tasks": rows_of(tasks[:_TASKS], now),
        "more_tasks": len(tasks) > _TASKS,
        "configures": access.may(May.CONFIGURE),
        "postless": not access.roles,
        **_queues(access, now),
        **_reports(access, now),
    }


def _queues(access: Access, now: datetime) -> dict[str, object]:
    if not access.may(May.SEE_CASES):
        return {"queues": []}
    counts = stage_lamps(access, now)
    mine = [
        queue | {"rows": rows_of(urgent_in(access, queue["stage"])[:_ROWS], now) if queue["figure"] else []}
        for queue in queues_of(access, counts)
    ]
    return {"queues": mine or all_stages(counts), "queues_mine": bool(mine), "marks": _marks(access)}


def _marks(access: Access) -> list[dict[str, object]]:
    """What stands beside the stages for those who decide and supervise; marks nobody carries are left out."""
    if not access.roles & DECIDERS:
        return []
    counts = mark_counts(access, DECIDED)
    url = reverse("cases:list")
    return [
        {"label": MARKS[mark], "figure": figure, "url": f"{url}?mark={mark}"}
        for mark, figure in counts.items()
        if figure
    ]


def _reports(access: Access, now: datetime) -> dict[str, object]:
    if not access.roles & REPORTERS:
        return {"may_report": False}
    latest = my_reports(access).order_by("-opened_at")[:_REPORTS]
    return {"may_report": True, "reports": rows_of(latest, now)}
