"""The story in eight clicks, phone and desk side by side. Exists only in the one-command start."""

from functools import partial
from uuid import UUID, uuid4

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from citymgmt.demo.glass import check_person, refused_by, seen_by
from citymgmt.demo.tour import access_of, tour_of, tour_step
from citymgmt.demo.tour_page import tour_page
from citymgmt.middleware import sentence_page
from citymgmt.pages.errors import not_found
from core import clock
from core.errors import CityError


@never_cache
@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """A fresh story; nothing is written before the first click."""
    return redirect("tour", uuid4())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tour(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Where the story stands; a POST takes the step that it names."""
    if request.method == "POST":
        return _step(request, uuid)
    page = tour_page(tour_of(uuid), now=clock.now(), at_list="list" in request.GET)
    return render(request, "pages/tour.html", page)


def _step(request: HttpRequest, uuid: UUID) -> HttpResponse:
    step = request.POST.get("step", "")
    try:
        tour_step(uuid=uuid, step=int(step) if step in set("0123456") else -1, now=clock.now())
    except CityError as refusal:
        messages.error(request, str(refusal.detail))
    return redirect("tour", uuid)


@never_cache
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})  # type: ignore[arg-type]
@require_safe
def seen(request: HttpRequest, uuid: UUID, username: str, rest: str = "") -> HttpResponseBase:
    """A page as somebody of the story sees it, for the two frames; read-only.

    A refusal is answered here, not further out, so that its page may stand in a frame too: a screen that
    loads while the story goes on asks for a step that was taken meanwhile.
    """
    try:
        access = access_of(check_person(username), now=clock.now())
        return seen_by(request, tour_of(uuid), access, f"/{rest}")
    except CityError as refusal:
        sentence = partial(sentence_page, error=refusal)
        return refused_by(request, sentence)
    except Http404:
        return refused_by(request, not_found)
