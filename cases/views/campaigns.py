"""Campaigns: list, one, writing its plan, deciding on it, dispatching, taking a case out."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import campaign_pages as pages
from cases.campaign_selectors import campaigns_for
from cases.plan_picks import typed_picks
from cases.services.campaign_leave import campaign_leave
from cases.services.campaign_steps import campaign_decide, campaign_dispatch
from cases.services.campaigns import campaign_open, campaign_resubmit
from cases.views.common import number_in, version_of
from cases.workflow import Action
from core import clock
from core.errors import CityError
from core.paging import page_of
from grids.views.doors import CityRequest, signed_in


@require_safe
@never_cache
@signed_in
def campaigns(request: CityRequest) -> HttpResponse:
    """``/cases/campaigns/``: those of the district, newest first."""
    page = page_of(campaigns_for(request.access), by="-opened_at", cursor=request.GET.get("cursor", ""))
    context = {"page": page, "may_plan": pages.may_plan(request.access)}
    return render(request, "cases/campaigns.html", context)


@require_safe
@never_cache
@signed_in
def campaign(request: CityRequest, campaign_id: UUID) -> HttpResponse:
    """One campaign: its plan, its cases, how far it is."""
    return render(request, "cases/campaign.html", pages.campaign_page(request.access, campaign_id))


@require_POST
@never_cache
@signed_in
def campaign_write(request: CityRequest) -> HttpResponse:
    """The form of one plan for the cases that were ticked."""
    page = pages.open_page(request.access, typed_picks(request.POST))
    return render(request, "cases/campaign_form.html", page)


@require_POST
@never_cache
@signed_in
def campaign_add(request: CityRequest) -> HttpResponse:
    """Submit one plan for several cases."""
    raw = pages.open_raw(request.POST)
    return _taken(
        request,
        lambda: campaign_open(raw=raw, **_given(request)),
        lambda error: pages.open_page(request.access, raw["cases"], data=request.POST, error=error),
        "cases/campaign_form.html",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def campaign_plan(request: CityRequest, campaign_id: UUID) -> HttpResponse:
    """The next version of a campaign's plan."""
    if request.method != "POST":
        page = pages.plan_page(request.access, campaign_id)
        return render(request, "cases/campaign_form.html", page)
    raw, version = pages.plan_raw(request.POST), version_of(request.POST)
    return _taken(
        request,
        lambda: campaign_resubmit(campaign_id=campaign_id, raw=raw, version=version, **_given(request)),
        lambda error: pages.plan_page(request.access, campaign_id, data=request.POST, error=error),
        "cases/campaign_form.html",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def campaign_step(request: CityRequest, campaign_id: UUID, action: str) -> HttpResponse:
    """Approve, return or dispatch, once for all cases."""
    if request.method != "POST":
        page = pages.step_page(request.access, campaign_id, action)
        return render(request, "cases/campaign_step.html", page)
    return _taken(
        request,
        lambda: _step(request, campaign_id, action),
        lambda error: pages.step_page(request.access, campaign_id, action, data=request.POST, error=error),
        "cases/campaign_step.html",
    )


def _step(request: CityRequest, campaign_id: UUID, action: str) -> dict[str, Any]:
    raw, version = pages.step_raw(action, request.POST), version_of(request.POST)
    given = {"campaign_id": campaign_id, "raw": raw, "version": version, **_given(request)}
    if action == Action.DISPATCH:
        return campaign_dispatch(**given)
    return campaign_decide(action=pages.decision(action), **given)


@require_POST
@signed_in
def campaign_out(request: CityRequest, campaign_id: UUID) -> HttpResponse:
    """Take a case out."""
    post = request.POST
    raw = {"number": post.get("number", ""), "version": number_in(post.get("case_version", ""))}
    raw["reason"] = post.get("reason", "")
    campaign_leave(campaign_id=campaign_id, raw=raw, version=version_of(post), **_given(request))
    messages.success(request, _("Taken out. The case goes on with the plan it has."))
    return redirect("cases:campaign", campaign_id)


def _given(request: CityRequest) -> dict[str, Any]:
    return {"access": request.access, "key": request.POST.get("key", ""), "now": clock.now()}


def _taken(
    request: CityRequest,
    act: Callable[[], dict[str, Any]],
    again: Callable[[CityError], dict[str, Any]],
    template: str,
) -> HttpResponse:
    try:
        answer = act()
    except CityError as error:
        return render(request, template, again(error), status=error.status)
    if answer["left_out"]:
        return render(request, "cases/campaign_done.html", {"answer": answer})
    n = len(answer["done"])
    messages.success(request, ngettext("Done for %(n)d case.", "Done for %(n)d cases.", n) % {"n": n})
    return redirect("cases:campaign", answer["campaign"])
