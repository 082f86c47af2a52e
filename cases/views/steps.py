"""Taking a step: its form, and what comes of it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.choices import conditions_of
from cases.formpage import fields_of, step_page
from cases.forms import raw_of
from cases.selectors import cases_for
from cases.services.advance import case_advance
from cases.uploads import keep_for, with_photos
from cases.views.common import access_of, version_of
from cases.workflow import Action
from core import clock
from core.errors import CityError


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """The form of a step, and the step itself."""
    if request.method == "POST":
        return _take(request, number, action)
    page = step_page(access_of(request), number, action, now=clock.now(), asked=request.GET)
    return render(request, "cases/step.html", page)


def _take(request: HttpRequest, number: str, action: str) -> HttpResponse:
    access, now, names = access_of(request), clock.now(), fields_of(action)
    post, error = with_photos(request, names, user_id=access.user_id, keep=keep_for(access.user_id, now))
    given = _given(names, post)
    try:
        if error:
            raise error
        taken = case_advance(number=number, action=action, access=access, now=now, **given)
    except CityError as refusal:
        # A case outside the scope is not found by the form either.
        page = step_page(access, number, action, now=now, data=post, error=refusal)
        return render(request, "cases/step.html", page, status=refusal.status)
    # The address may name the case by its UUID.
    return _done(request, taken, action)


def _given(names: tuple[str, ...], post: QueryDict) -> dict[str, Any]:
    return {"raw": raw_of(names, post), "version": version_of(post), "key": post.get("key", "")}


def _done(request: HttpRequest, taken: dict[str, Any], action: str) -> HttpResponse:
    number = taken["number"]
    messages.success(request, _("Done: %(step)s.") % {"step": Action(action).label})
    if code := taken.get("follow_code"):
        messages.info(request, _("Follow-up code for the caller: %(code)s") % {"code": code})
    # A unit that returned a dispatch does not see the case any more.
    if cases_for(access_of(request)).filter(number=number).exists():
        return redirect("cases:detail", number)
    return redirect("home")


@login_required
@require_safe
def conditions(request: HttpRequest) -> HttpResponse:
    """The filing conditions of a class, for the form that asks for them."""
    chosen = request.GET.get("case_class", "")
    return render(request, "cases/conditions.html", {"conditions": conditions_of(chosen), "chosen": chosen})
