"""Units: list, add, change."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Unit
from core import clock
from core.paging import page_of
from grids.browse import unit_page, unit_seen, units_found
from grids.forms import UnitFilter, UnitForm
from grids.offered import calendars_offered, districts_offered, units_offered
from grids.services.units import unit_write
from grids.views.doors import CityRequest, configuring, form_page, given

form_door = require_http_methods(["GET", "POST"])


@require_GET
@configuring
def units(request: CityRequest) -> HttpResponse:
    """``/grids/units/``: the units of the district."""
    form = UnitFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = page_of(units_found(request.access, **wanted), by="code", cursor=request.GET.get("cursor", ""))
    return render(request, "grids/units.html", {"form": form, "page": page})


@require_GET
@configuring
def unit(request: CityRequest, code: str) -> HttpResponse:
    """One unit: facts, people, history."""
    return render(request, "grids/unit.html", unit_page(request.access, code, now=clock.now()))


@form_door
@configuring
def add(request: CityRequest) -> HttpResponse:
    """A new unit."""
    form = _form(request)

    def act() -> dict[str, Any]:
        return unit_write(code=form.cleaned_data["code"], about=form.about(), new=True, **given(request))

    return form_page(request, form, act, to=_to, back_url=reverse("grids:units"))


@form_door
@configuring
def change(request: CityRequest, code: str) -> HttpResponse:
    """Change a unit, or close it by taking away its work."""
    row = unit_seen(request.access, code)
    form = _form(request, row)

    def act() -> dict[str, Any]:
        return unit_write(code=row.code, about=form.about(), new=False, **given(request))

    return form_page(request, form, act, to=_to, lead=row.name, back_url=_page(code))


def _form(request: CityRequest, unit: Unit | None = None) -> UnitForm:
    districts = districts_offered(request.access)
    parents = units_offered(request.access, but=unit.code if unit else "")
    offered = {"districts": districts, "parents": parents, "calendars": calendars_offered()}
    return UnitForm(request.POST or None, unit=unit, **offered)


def _page(code: str) -> str:
    return reverse("grids:unit", args=[code])


def _to(answer: Any) -> str:
    return _page(answer["unit"])
