"""Versions of a case's plan beside one another."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.plan_reads import plan_difference
from cases.views.common import number_in
from grids.views.doors import CityRequest, signed_in


@require_safe
@never_cache
@signed_in
def difference(request: CityRequest, number: str) -> HttpResponse:
    """What changed from version ``from`` of a case's plan to version ``to``."""
    old, new = (number_in(request.GET.get(name, "")) for name in ("from", "to"))
    case, found = plan_difference(request.access, number, old=old, new=new)
    return render(request, "cases/plan_difference.html", {"case": case, "difference": found})
