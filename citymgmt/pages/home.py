"""The first page: the workbench of whoever is signed in, the public start page for everybody else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.roles import May
from cases.lists import all_stages, queues_of, rows_of
from cases.selectors import my_reports, my_tasks, stage_counts
from citymgmt.navigation import REPORTERS
from grids.access import Access

_TASKS, _REPORTS = 12, 5


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What is asked of me now; a stranger sees where to report and how to follow."""
    if not request.user.is_authenticated:
        return render(request, "pages/start.html")
    access: Access = request.access  # type: ignore[attr-defined]
    return render(request, "pages/home.html", workbench(access))


def workbench(access: Access) -> dict[str, object]:
    """My tasks, the queues my roles own, my latest reports; in three queries."""
    tasks = list(my_tasks(access).order_by("stage_since")[: _TASKS + 1])
    reports = access.roles & REPORTERS
    looks = access.may(May.SEE_CASES)
    counts = stage_counts(access) if looks else {}
    queues = queues_of(access, counts)
    return {
        "tasks": rows_of(tasks[:_TASKS]),
        "more_tasks": len(tasks) > _TASKS,
        "queues": queues or (all_stages(counts) if looks else []),
        "queues_mine": bool(queues),
        "reports": rows_of(my_reports(access).order_by("-opened_at")[:_REPORTS]) if reports else [],
        "may_report": bool(reports),
        "configures": access.may(May.CONFIGURE),
        "postless": not access.roles,
    }
