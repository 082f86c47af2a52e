"""The metrics page: for Prometheus, with a token of its own and no words to translate."""

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from core import clock
from core.metrics import exposition


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """200 with the token, 401 without, 404 where none is set, but for this very machine in local mode."""
    if not settings.METRICS_TOKEN and not _is_at_home(request):
        return HttpResponse(status=404)
    if settings.METRICS_TOKEN and not _has_token(request):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(exposition(now=clock.now()), content_type=CONTENT_TYPE_LATEST)


def _is_at_home(request: HttpRequest) -> bool:
    """Nobody in between: what a proxy passes on comes from this machine, too."""
    direct = "HTTP_X_FORWARDED_FOR" not in request.META
    return settings.LOCAL and direct and request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"}


def _has_token(request: HttpRequest) -> bool:
    shown = request.headers.get("Authorization", "").encode("utf-8", "replace")
    return hmac.compare_digest(shown, f"Bearer {settings.METRICS_TOKEN}".encode())
