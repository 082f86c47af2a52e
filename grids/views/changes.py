"""Changing areas: what is wanted, what it would do, do it, and how far it is."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import May
from core import clock
from core.errors import BadInput, CityError, Conflict, NotFound
from core.paging import page_of
from grids import jobs
from grids.browse import area_seen
from grids.change_forms import FORMS, ChangeForm, WishForm, wish_text
from grids.models import Area, AreaJob
from grids.permissions import NO_AREA
from grids.services.change_plan import ChangePlan
from grids.services.changes import PreviewStale, change_apply, change_preview
from grids.views.doors import CityRequest, configuring, given


@require_http_methods(["GET", "POST"])
@configuring
def change(request: CityRequest, code: str, kind: str) -> HttpResponse:
    """``/grids/areas/<code>/change/<kind>/``: the form, and after it was sent the preview."""
    area = area_seen(request.access, code)
    if kind not in jobs.kinds_of(area):
        raise NotFound(NO_AREA)
    form = FORMS[kind](
        request.POST or None, area=area, kind=kind, choices=jobs.choices_for(request.access, area, kind)
    )
    plan, status = _previewed(request, form)
    return _change_page(request, form, area, plan, status)


def _previewed(request: CityRequest, form: ChangeForm) -> tuple[ChangePlan | None, int]:
    if request.method != "POST":
        return None, 200
    if not form.is_valid():
        return None, 400
    try:
        return change_preview(access=request.access, raw=form.raw(), now=clock.now()), 200
    except (BadInput, Conflict, NotFound) as refusal:
        return None, form.refuse(refusal)


def _change_page(
    request: CityRequest, form: ChangeForm | None, area: Area, plan: ChangePlan | None, status: int
) -> HttpResponse:
    kind = plan.wish.kind if plan else form.kind if form else ""
    page: dict[str, Any] = {"form": form, "area": area, "kind": kind, "kind_label": AreaJob.Kind(kind).label}
    if plan is not None:
        page |= {
            "plan": plan,
            "wish": wish_text(plan.wish.raw()),
            "drawn": jobs.drawn(plan),
            "key": str(uuid4()),
        }
        page["may_list"] = request.access.may(May.SEE_CASES)
    return render(request, "grids/change.html", page, status=status)


@require_POST
@configuring
def apply(request: CityRequest) -> HttpResponse:
    """``/grids/changes/apply/``: do what was previewed, or show how it is now."""
    form = WishForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("This preview can't be applied any more. Ask for a new one."))
    wish, token = form.cleaned_data["wish"], form.cleaned_data["token"]
    try:
        answer = change_apply(raw=wish, token=token, **given(request))
    except (PreviewStale, Conflict) as refusal:
        return _anew(request, wish, refusal)
    messages.success(request, _("The areas have changed. What lies in them follows now."))
    return redirect("grids:change_job", answer["job"])


def _anew(request: CityRequest, wish: dict[str, Any], refusal: CityError) -> HttpResponse:
    """The new preview under the sentence that the old one holds no more."""
    messages.warning(request, str(refusal.detail))
    try:
        plan = change_preview(access=request.access, raw=wish, now=clock.now())
    except (BadInput, Conflict):
        return redirect("grids:change_jobs")
    return _change_page(request, None, plan.area, plan, refusal.status)


@require_GET
@configuring
def change_jobs(request: CityRequest) -> HttpResponse:
    """``/grids/changes/``: the changes of one's districts, newest first."""
    page = page_of(jobs.jobs_seen(request.access), by="-created_at", cursor=request.GET.get("cursor", ""))
    return render(request, "grids/change_jobs.html", {"page": page})


@require_GET
@configuring
@never_cache
def change_job(request: CityRequest, job: int) -> HttpResponse:
    """``/grids/changes/<id>/``: what changed, and how far what lies there has followed."""
    return render(request, "grids/change_job.html", jobs.job_page(request.access, job))


@require_GET
@configuring
@never_cache
def change_progress(request: CityRequest, job: int) -> HttpResponse:
    """The bar alone, which asks for itself again while the job is under way."""
    return render(request, "grids/change_progress.html", {"job": jobs.job_seen(request.access, job)})
