"""What every request carries, and how a refusal becomes a page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from core import clock
from core.errors import CityError, NotFound, Sentence
from grids.access import access_for

Responder = Callable[[HttpRequest], HttpResponse]


class AccessMiddleware:
    """``request.access``: the person's scopes, computed when first asked and then kept."""

    def __init__(self, respond: Responder) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.access = SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: access_for(request.user, now=clock.now())
        )
        return self.respond(request)


class SentenceMiddleware:
    """A refusal raised by a view becomes a page with its sentence; the API has a handler of its own."""

    def __init__(self, respond: Responder) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.respond(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return sentence_page(request, error) if isinstance(error, CityError) else None


def sentence_page(request: HttpRequest, error: CityError) -> HttpResponse:
    """The refusal as a page, with the way back to what the refused address was about."""
    context = {"error": error, "back": way_back(request, error)}
    return render(request, "errors/sentence.html", context, status=error.status)


# The beginning of a view's name, what its address names, the page of that, and the words that lead there.
_PAGES: tuple[tuple[str, str, str, Sentence], ...] = (
    ("cases:", "number", "cases:detail", _("To the case")),
    ("cases:calendar", "calendar", "cases:calendar", _("To the calendar")),
    ("grids:area", "code", "grids:area", _("To the area")),
    ("grids:unit", "code", "grids:unit", _("To the unit")),
    ("grids:person", "username", "grids:person", _("To the person")),
    ("tour", "", "tour_begin", _("Start the story again")),
)


def way_back(request: HttpRequest, error: CityError) -> dict[str, Sentence] | None:
    """The page of what the refused address was about; None where there is none, or it is not to be seen."""
    match = request.resolver_match
    if match is None or isinstance(error, NotFound):
        return None
    for beginning, name, page, words in _PAGES:
        if match.view_name.startswith(beginning) and (not name or name in match.kwargs):
            url = reverse(page, args=[match.kwargs[name]] if name else [])
            return {"url": url, "words": words} if url != request.path else None
    return None


class InitialPasswordMiddleware:
    """Whoever still has the password an administrator gave them changes it before anything else.

    Pages lead to the password page; other clients get the sentence.
    """

    def __init__(self, respond: Responder) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated or not user.must_change_password or _may_pass(request.path):
            return self.respond(request)
        if request.method in {"GET", "HEAD"} and not request.path.startswith("/api/"):
            return redirect("accounts:password")
        return JsonResponse(
            {"status": 403, "code": "initial_password", "detail": str(_INITIAL)},
            status=403,
            content_type="application/problem+json",
        )


_INITIAL = _("Change the password you were given first; then go on.")


def _may_pass(path: str) -> bool:
    return path.startswith(("/accounts/", "/static/", "/i18n/"))
