"""Areas: the tree, one area, and the forms that add, rename and retire."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods

from core import clock
from core.paging import page_of
from grids.browse import (
    area_opened,
    area_page,
    area_seen,
    areas_found,
    areas_table,
    districts_geojson,
    level_below,
    outlines_geojson,
    siblings,
)
from grids.forms import AreaAddForm, AreaFilter, RenameForm, RetireForm
from grids.jobs import kinds_of
from grids.models import Area
from grids.services.areas import area_add, area_rename, area_retire
from grids.views.doors import CityRequest, configuring, csv_file, form_page, given, signed_in, version_of

form_door = require_http_methods(["GET", "POST"])


@require_GET
@configuring
def areas(request: CityRequest) -> HttpResponse:
    """``/grids/``: the only district, else all of them; a search, a level or a parent opens more."""
    form = AreaFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    above = area_opened(request.access, **wanted)
    rows = areas_found(request.access, **wanted | {"parent": above.code if above else ""})
    page = page_of(rows, by="code", cursor=request.GET.get("cursor", ""))
    return render(request, "grids/areas.html", {"form": form, "page": page, "above": above})


@require_GET
@configuring
def area(request: CityRequest, code: str) -> HttpResponse:
    """``/grids/areas/<code>/``: outline, people, history and what can be done."""
    page = area_page(request.access, code, now=clock.now())
    return render(request, "grids/area.html", page | {"kinds": kinds_of(page["area"])})


@form_door
@configuring
def add(request: CityRequest, code: str) -> HttpResponse:
    """Add an area below this one."""
    parent = area_seen(request.access, code)
    form = AreaAddForm(request.POST or None, level=level_below(parent))

    def act() -> dict[str, Any]:
        return area_add(parent_code=code, **given(request), **form.cleaned_data)

    return form_page(
        request, form, act, to=lambda answer: _page(answer["code"]), lead=parent.name, back_url=_page(code)
    )


@form_door
@configuring
def rename(request: CityRequest, code: str) -> HttpResponse:
    """Give it another name."""
    row = area_seen(request.access, code)
    form = RenameForm(request.POST or None, initial={"name": row.name})

    def act() -> dict[str, Any]:
        return area_rename(code=code, version=version_of(request), **given(request), **form.cleaned_data)

    return form_page(request, form, act, to=lambda _answer: _page(code), **_about(request, row))


@form_door
@configuring
def retire(request: CityRequest, code: str) -> HttpResponse:
    """End its validity today."""
    row = area_seen(request.access, code)
    form = RetireForm(request.POST or None, choices=siblings(row))

    def act() -> dict[str, Any]:
        return area_retire(code=code, version=version_of(request), **given(request), **form.cleaned_data)

    return form_page(request, form, act, to=lambda _answer: _page(code), **_about(request, row))


@require_GET
@signed_in
@cache_control(private=True, max_age=60)
def outlines(request: CityRequest) -> HttpResponse:
    """``/grids/outlines.json?parent=&level=&own=``: outlines of the scope as GeoJSON."""
    wanted = {name: request.GET.get(name, "")[:20] for name in ("parent", "level", "own")}
    return JsonResponse(outlines_geojson(request.access, **wanted), content_type="application/geo+json")


@require_GET
@cache_control(public=True, max_age=600)
def districts(request: HttpRequest) -> HttpResponse:
    """``/grids/districts.json``: where reports can be made; open to strangers."""
    return JsonResponse(districts_geojson(), content_type="application/geo+json")


@require_GET
@configuring
def areas_csv(request: CityRequest) -> StreamingHttpResponse:
    """The areas of the scope as a file that can be imported again."""
    return csv_file(areas_table(request.access), "areas")


def _about(request: CityRequest, row: Area) -> dict[str, Any]:
    """What stands around a form about an area: its name, the way back, the version it was shown at."""
    return {
        "lead": row.name,
        "back_url": _page(row.code),
        "version": request.POST.get("version") or row.version,
    }


def _page(code: str) -> str:
    return reverse("grids:area", args=[code])
