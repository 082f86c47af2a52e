"""How the deadline of one case came about, and the board of what is late and what replies are owed."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.explain import explained
from cases.selectors import case_for
from core import clock
from grids.views.doors import CityRequest, signed_in


@require_safe
@never_cache
@signed_in
def deadline(request: CityRequest, number: str) -> HttpResponse:
    """Every turn of the clock, and the reckoning of what runs."""
    case = case_for(request.access, number)
    return render(request, "cases/deadline.html", {"case": case, "told": explained(case, clock.now())})
