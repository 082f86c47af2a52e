"""What every page of the administrator shares: who may enter, a page with one form, a CSV file."""

from collections.abc import Callable, Iterable
from typing import Any, Concatenate, ParamSpec, cast
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from core import clock
from core.csvfile import csv_lines
from core.errors import BadInput, CityError, Conflict, KeyReused, Sentence, Stale
from grids.access import Access
from grids.forms import PageForm
from grids.permissions import check_may_configure

P = ParamSpec("P")
BAD_VERSION: Sentence = _("This form names no version of the area. Reload the page and try again.")


class CityRequest(HttpRequest):
    """A request as the middleware leaves it."""

    access: Access


View = Callable[Concatenate[CityRequest, P], HttpResponseBase]
Door = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def configuring(view: View[P]) -> Door[P]:
    """A page for administrators: strangers are sent to the login, others get the sentence."""

    def guarded(request: CityRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        check_may_configure(request.access)
        return view(request, *args, **kwargs)

    return signed_in(guarded)


def signed_in(view: View[P]) -> Door[P]:
    """A page for whoever has logged in."""

    # The middleware has made of it what CityRequest says.
    door: Door[P] = login_required(cast("Door[P]", view))
    return door


def form_page(
    request: CityRequest, form: PageForm, act: Callable[[], Any], *, to: Callable[[Any], str], **page: Any
) -> HttpResponse:
    """Show a form; when it was sent and is valid, ``act`` and go on to ``to(answer)``.

    A refusal stands beside the field it is about; what was decided on an old version is a page of its own.
    """
    status, stale_key = 200, False
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return _done(request, form, act(), to)
            except (BadInput, Conflict) as refusal:
                status, stale_key = refused(form, refusal), isinstance(refusal, KeyReused)
    # A key that stands for another form would be refused again and again.
    page["key"] = (not stale_key and request.POST.get("key")) or str(uuid4())
    return render(request, "grids/form.html", {"form": form, **page}, status=status)


def _done(request: CityRequest, form: PageForm, answer: Any, to: Callable[[Any], str]) -> HttpResponse:
    messages.success(request, str(form.said))
    for warning in answer.get("warnings", ()):
        messages.warning(request, warning)
    return redirect(to(answer))


def refused(form: Form, refusal: CityError) -> int:
    """Put a refusal beside the field it is about; returns its HTTP status."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.detail))
    return refusal.status


def version_of(request: CityRequest) -> int | None:
    """The version a form was filled in on; None when it names none.

    Raises:
        Stale: what stands there is no number, so it can't be the one shown.
    """
    raw = request.POST.get("version", "")
    if not raw:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise Stale(BAD_VERSION)
    return int(raw)


def given(request: CityRequest) -> dict[str, Any]:
    """What every service takes: whose rights, when, and the key that makes a second press the same one."""
    return {"access": request.access, "now": clock.now(), "key": request.POST.get("key", "")}


def csv_file(rows: Iterable[Iterable[Any]], name: str) -> StreamingHttpResponse:
    """A CSV download that spreadsheets read as UTF-8; cells can't start a formula."""
    answer = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
