"""What every request carries, and how a refusal becomes a page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from core import clock
from core.errors import CityError
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
        if not isinstance(error, CityError):
            return None
        return render(request, "errors/sentence.html", {"error": error}, status=error.status)
