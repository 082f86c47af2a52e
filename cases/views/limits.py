"""Limits and ladders: the matrix, changing them in two steps, and how far open cases have followed."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases import limits_reads as reads
from cases.limit_forms import LadderForm, LimitForm, started_of, wish_text
from cases.limits import rules_now
from cases.services import rearm
from cases.wording_rules import place_words, told
from core import clock
from core.errors import BadInput, CityError, Conflict
from core.paging import page_of
from grids.views.doors import CityRequest, configuring, given, signed_in

form_door = require_http_methods(["GET", "POST"])
Raw = dict[str, Any]


@require_GET
@signed_in
def limits(request: CityRequest) -> HttpResponse:
    """``/cases/limits/``: how long each stage may take, and its ladder."""
    return render(request, "cases/limits.html", reads.limits_page(request.access))


@form_door
@configuring
def limit_edit(request: CityRequest, stage: str, track: str) -> HttpResponse:
    """Change the limit of a stage, or go back to what is built in."""
    place = reads.place_read(stage, track, handled=False)
    cell = reads.cell_of(rules_now(), *place)
    form = LimitForm.of(request.POST or None, cell.limit)
    page = {"form": form, "cell": cell, "title": place_words(place[0], place[1] or "")}
    return _two_steps(request, "cases/limit_edit.html", page, lambda: form.raw(*place))


@form_door
@configuring
def ladder_edit(request: CityRequest, stage: str, track: str) -> HttpResponse:
    """Change the rungs of a stage, or go back to what is built in."""
    place = reads.place_read(stage, track)
    seen, reset = reads.ladder_of(rules_now(), *place), "reset" in request.POST
    held = {rung.level: rung for rung in rules_now().ladder_of(*place)}
    form = LadderForm(request.POST or None, place[0], held)
    page = {"form": form, "ladder": seen, "title": seen.words}
    return _two_steps(request, "cases/ladder_edit.html", page, lambda: form.raw(*place, reset=reset))


def _two_steps(request: CityRequest, template: str, page: Raw, wish: Callable[[], Raw]) -> HttpResponse:
    """The form, or what it would do; a refusal keeps what was typed."""
    status = 200
    if request.method == "POST":
        try:
            return _preview(request, wish(), request.path)
        except (BadInput, Conflict) as refusal:
            page["form"].refuse(refusal)
            status = refusal.status
    return render(request, template, page, status=status)


def _preview(
    request: CityRequest, wish: Raw, back_url: str, refusal: CityError | None = None
) -> HttpResponse:
    """What a change would do to open cases, and the button that does it."""
    change = rearm.change_wanted(wish)
    seen = rearm.rearm_preview(change=change, access=request.access, now=clock.now())
    page = {"preview": seen, "told": told(change.kind, *rearm.rules_around(change)), "refusal": refusal}
    page |= {"wish": wish_text(wish), "key": str(uuid4()), "back_url": back_url}
    page["reason"] = request.POST.get("reason", "")
    return render(request, "cases/rearm_preview.html", page, status=refusal.status if refusal else 200)


@require_GET
@configuring
def condition_follow(request: CityRequest, key: str, seq: int) -> HttpResponse:
    """What it would do if open cases of a filing condition took the limit of new ones."""
    wish = {"kind": "condition", "class": key, "seq": min(seq, reads.HIGHEST_SEQ)}
    return _preview(request, wish, reverse("cases:condition_edit", args=[key, seq]))


@require_GET
@configuring
def renewal(request: CityRequest) -> HttpResponse:
    """Which open cases of one's districts run by older rules than those in force."""
    return _preview(request, {"kind": "renewal"}, reverse("cases:limits"))


@require_POST
@configuring
def apply(request: CityRequest) -> HttpResponse:
    """``/cases/limits/apply/``: do what was previewed, or show how it is now."""
    wish, digest = started_of(request.POST)
    reason, change = request.POST.get("reason", ""), rearm.change_wanted(wish)
    try:
        answer = rearm.rearm_start(change=change, reason=reason, digest=digest, **given(request))
    except (BadInput, Conflict, rearm.PreviewStale) as refusal:
        return _anew(request, wish, refusal)
    messages.success(request, _("The rules have changed. Open cases follow now."))
    return redirect("cases:rearm_job", answer["job"])


def _anew(request: CityRequest, wish: Raw, refusal: CityError) -> HttpResponse:
    """The new preview under the sentence that the old one is not done."""
    try:
        return _preview(request, wish, reverse("cases:limits"), refusal)
    except (BadInput, Conflict) as nothing:
        messages.warning(request, str(nothing.detail))
        return redirect("cases:limits")


@require_GET
@configuring
def jobs(request: CityRequest) -> HttpResponse:
    """``/cases/limits/jobs/``: the changes that concern one's districts, newest first."""
    page = page_of(reads.jobs_seen(request.access), by="-created_at", cursor=request.GET.get("cursor", ""))
    return render(request, "cases/rearm_jobs.html", {"page": page})


@require_GET
@configuring
@never_cache
def job(request: CityRequest, job: int) -> HttpResponse:
    """One change: what, why, and how far open cases have followed."""
    return render(request, "cases/rearm_job.html", reads.job_page(request.access, job))


@require_GET
@configuring
@never_cache
def progress(request: CityRequest, job: int) -> HttpResponse:
    """The bar alone, which asks for itself again while the job is under way."""
    return render(request, "cases/rearm_progress.html", {"job": reads.job_seen(request.access, job)})
