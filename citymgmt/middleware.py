"""What every request carries, and how a refusal becomes a page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

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
