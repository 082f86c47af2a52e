"""The page of one case, its place on the map, and the look behind the reporter's mask."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases.desk import case_page
from cases.places import areas_of, around_of
from cases.services.reporter import reporter_reveal
from cases.views.common import access_of
from core import clock
from core.errors import BadInput


@login_required
@require_safe
@never_cache
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """What is asked now, and all that is known."""
    return render(request, "cases/detail.html", case_page(access_of(request), number, now=clock.now()))


@login_required
@require_POST
@never_cache
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """The case page with the reporter's name and number in clear, for a minute or until a reload."""
    access, now = access_of(request), clock.now()
    sent = {name: request.POST.get(name, "") for name in ("why", "reason")}
    try:
        seen = reporter_reveal(access=access, number=number, now=now, **sent)
    except BadInput as error:
        page = case_page(access, number, now=now) | {"reveal_error": error.detail, "reveal_sent": sent}
        return render(request, "cases/detail.html", page, status=error.status)
    page = case_page(access, number, now=now, clear=True) | {"contact": seen, "in_clear": True}
    answer = render(request, "cases/detail.html", page)
    answer["Refresh"] = f"{settings.REVEAL_SECONDS}; url={reverse('cases:detail', args=[number])}"
    return answer


@login_required
@require_safe
def place(request: HttpRequest, number: str) -> JsonResponse:
    """The grid a case lies in, as GeoJSON."""
    return JsonResponse(around_of(access_of(request), number))


@login_required
@require_safe
def areas_map(request: HttpRequest) -> JsonResponse:
    """Where this person works, as GeoJSON."""
    return JsonResponse(areas_of(access_of(request)))
