"""The health page: for a monitor, so without words to translate and without a login."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import clock
from core.health import broker_finding, health_report
from notices.health import deliveries_finding


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when all is well, 503 otherwise; a broker or a mail server that is away never makes it 503."""
    now = clock.now()
    findings = health_report(now=now)
    well = all(finding.well for finding in findings)
    shown = [*findings, deliveries_finding(now=now), broker_finding()]
    body = {"well": well} | {f.name: {"well": f.well, "detail": f.detail} for f in shown}
    return JsonResponse(body, status=200 if well else 503)
