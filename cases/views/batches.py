"""Plans of many cases: the lists to choose from, the summary, and what came of it."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.plan_choosing import all_found, choose_page
from cases.plan_picks import typed_picks
from cases.plan_selectors import batch_for
from cases.plan_summary import results_of, summary_of
from cases.services.plan_batches import plan_batch_open, plan_batch_run
from cases.workflow import Action
from core import clock
from grids.views.doors import CityRequest, signed_in


@require_safe
@never_cache
@signed_in
def waiting(request: CityRequest) -> HttpResponse:
    """The cases that wait for a plan, for the station to submit templates or one plan for several."""
    page = choose_page(request.access, request.GET, Action.SUBMIT_PLAN)
    return render(request, "cases/plans_waiting.html", page)


@require_safe
@never_cache
@signed_in
def deciding(request: CityRequest) -> HttpResponse:
    """待核定: the plans that wait for the bureau, one by one or unchanged templates together."""
    return render(
        request, "cases/plans_deciding.html", choose_page(request.access, request.GET, Action.APPROVE)
    )


@require_POST
@never_cache
@signed_in
def submit_summary(request: CityRequest) -> HttpResponse:
    """What submitting the chosen templates would do."""
    return _summary(request, Action.SUBMIT_PLAN, "submit")


@require_POST
@never_cache
@signed_in
def approve_summary(request: CityRequest) -> HttpResponse:
    """What approving the chosen plans would do."""
    return _summary(request, Action.APPROVE, "approve")


def _summary(request: CityRequest, action: Action, kind: str) -> HttpResponse:
    summary = summary_of(request.access, action, _chosen(request, action), now=clock.now())
    back = "cases:plans_waiting" if action is Action.SUBMIT_PLAN else "cases:plans_deciding"
    context = {"summary": summary, "kind": kind, "key": str(uuid4()), "back": back}
    return render(request, "cases/plan_summary.html", context)


def _chosen(request: CityRequest, action: Action) -> list[dict[str, Any]]:
    """What was ticked, or all that the list shows over its pages."""
    if not request.POST.get("all"):
        return typed_picks(request.POST)
    return all_found(request.access, QueryDict(request.POST.get("query", "")[:2000]), action)


@require_POST
@signed_in
def batch_open(request: CityRequest) -> HttpResponse:
    """Begin with what the summary showed."""
    raw = {"kind": request.POST.get("kind", ""), "cases": typed_picks(request.POST)}
    key, now = request.POST.get("key", ""), clock.now()
    answer = plan_batch_open(access=request.access, raw=raw, key=key, now=now)
    plan_batch_run(access=request.access, batch_id=UUID(answer["batch"]), now=now)
    return redirect("cases:plan_batch", answer["batch"])


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def batch(request: CityRequest, batch_id: UUID) -> HttpResponse:
    """What came of each case; a POST works off the next ones."""
    if request.method == "POST":
        plan_batch_run(access=request.access, batch_id=batch_id, now=clock.now())
        return redirect("cases:plan_batch", batch_id)
    found = batch_for(request.access, batch_id)
    return render(request, "cases/plan_batch.html", results_of(request.access, found))
