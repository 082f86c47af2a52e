"""Reports by staff."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import May
from cases.formpage import fields_of, report_page
from cases.forms import raw_of
from cases.lists import row_of
from cases.reporting import sent_before, similar_to
from cases.selectors import case_for
from cases.services.report import case_report
from cases.uploads import keep_for, with_photos
from cases.views.common import access_of
from cases.workflow import Action
from core import clock
from core.errors import CityError


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Report a problem."""
    return _report(request, Action.REPORT)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_fixed(request: HttpRequest) -> HttpResponse:
    """Report something put right at once."""
    return _report(request, Action.REPORT_FIXED)


def _report(request: HttpRequest, action: Action) -> HttpResponse:
    if request.method != "POST":
        return _form(request, action)
    access, now = access_of(request), clock.now()
    post, error = with_photos(
        request, fields_of(action), user_id=access.user_id, keep=keep_for(access.user_id, now)
    )
    raw = raw_of(fields_of(action), post)
    if not error and (found := _similar(request, raw, post)):
        return _form(request, action, data=post, similar=found)
    return _file(request, action, post, raw, error)


def _file(
    request: HttpRequest, action: Action, post: QueryDict, raw: dict[str, Any], error: CityError | None
) -> HttpResponse:
    access, key = access_of(request), post.get("key", "")
    try:
        if error:
            raise error
        answer = case_report(access=access, raw=raw, key=key, now=clock.now(), action=action)
    except CityError as refusal:
        return _form(request, action, data=post, error=refusal)
    return redirect("cases:reported", answer["number"])


def _similar(request: HttpRequest, raw: dict[str, Any], post: QueryDict) -> list[dict[str, Any]]:
    access = access_of(request)
    if post.get("similar_seen") or sent_before(access, post.get("key", "")):
        return []
    return similar_to(access, raw, now=clock.now())


def _form(
    request: HttpRequest,
    action: Action,
    *,
    data: QueryDict | None = None,
    error: CityError | None = None,
    similar: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    takes_calls = access_of(request).may(May.SEE_REPORTER)
    page = report_page(action, data=data, error=error, units=takes_calls)
    page |= {"similar": similar or [], "ask_similar": bool(similar), "fixed": action is Action.REPORT_FIXED}
    return render(request, "cases/report.html", page, status=error.status if error else 200)


@login_required
@require_safe
def similar(request: HttpRequest) -> HttpResponse:
    """Similar cases nearby, while a report is being filled in."""
    raw = raw_of(("position", "case_class"), request.GET)
    found = similar_to(access_of(request), raw, now=clock.now())
    return render(request, "cases/similar.html", {"similar": found})


@login_required
@require_safe
def reported(request: HttpRequest, number: str) -> HttpResponse:
    """The number of what was just reported, and what comes next."""
    case = case_for(access_of(request), number)
    return render(request, "cases/reported.html", {"case": case, "row": row_of(case, clock.now())})
