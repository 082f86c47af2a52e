"""A day and a half in fast time. Exists only in the one-command start."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citymgmt.demo.day import day_played
from core import clock
from core.errors import CityError


@never_cache
@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """One case that nobody takes up, played anew by the real services and taken back."""
    try:
        played = day_played(now=clock.now())
    except CityError as refusal:
        messages.error(request, str(refusal.detail))
        return redirect("demo")
    return render(request, "pages/day.html", {"day": played})
