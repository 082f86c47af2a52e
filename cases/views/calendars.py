"""Calendars of working time: list, one, its versions, reckoning; and changing one in two steps."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.calendar_forms import CalendarAddForm, PlanImportForm, ReckonForm, wish_of, wish_text
from cases.calendars import planfile, reads, typed
from cases.calendars.year import days_in
from cases.services import calendars as services
from cases.views.common import version_of
from core import clock
from core.calendars import content_of
from core.errors import BadInput, CityError, Conflict, TooLarge
from core.models import Calendar
from grids.views.doors import CityRequest, configuring, csv_file, form_page, given, signed_in

form_door = require_http_methods(["GET", "POST"])
Wish = Callable[[], dict[str, Any]]


@require_GET
@signed_in
def calendars(request: CityRequest) -> HttpResponse:
    """``/cases/calendars/``: all calendars with their week."""
    return render(request, "calendars/list.html", reads.calendar_list(request.access, clock.now()))


@form_door
@configuring
def calendar_add(request: CityRequest) -> HttpResponse:
    """A new calendar, begun from another."""
    models = [(row.code, str(row)) for row in reads.calendars_seen(request.access)]
    form = CalendarAddForm(request.POST or None, models=models)
    return form_page(
        request, form, lambda: services.calendar_add(**form.cleaned_data, **given(request)),
        to=lambda answer: reverse("cases:calendar", args=[answer["calendar"]]),
        back_url=reverse("cases:calendars"),
    )  # fmt: skip


@require_GET
@signed_in
def calendar(request: CityRequest, calendar: str) -> HttpResponse:
    """One calendar: its week, a year of it, its versions."""
    page = reads.calendar_page(request.access, calendar, request.GET.get("year", ""), clock.now())
    return render(request, "calendars/one.html", page)


@require_GET
@signed_in
def version(request: CityRequest, calendar: str, version: int) -> HttpResponse:
    """One version: what it changed, who, when and why."""
    return render(request, "calendars/version.html", reads.version_page(request.access, calendar, version))


@require_GET
@signed_in
def reckon(request: CityRequest, calendar: str) -> HttpResponse:
    """When a limit ends by the calendar, and how that comes about."""
    row, now = reads.calendar_seen(request.access, calendar), clock.now()
    form = ReckonForm(request.GET or None, initial={"start": now, "amount": 2, "unit": "工作时"})
    found = None
    if form.is_valid():
        try:
            found = reads.reckoned(reads.current_of(row), **form.cleaned_data)
        except (BadInput, Conflict) as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.detail))
    return render(request, "calendars/reckon.html", {"calendar": row, "form": form, "found": found})


@form_door
@configuring
def hours(request: CityRequest, calendar: str) -> HttpResponse:
    """Change shifts, the standard day and the last published year."""
    row = reads.calendar_to_edit(request.access, calendar)
    content, post = content_of(reads.current_of(row)), request.POST if request.method == "POST" else None
    page = {"rows": typed.shift_rows(content, post), "content": content, "typed": post}
    return _previewed(request, row, "calendars/hours.html", lambda: typed.hours_typed(request.POST), page)


@form_door
@configuring
def days(request: CityRequest, calendar: str) -> HttpResponse:
    """Add and remove special days of a year."""
    row = reads.calendar_to_edit(request.access, calendar)
    content, post = content_of(reads.current_of(row)), request.POST if request.method == "POST" else None
    year = reads.year_asked(request.GET.get("year", ""), reads.day_of(clock.now()))
    page = {"rows": typed.day_rows(post), "year": year, "days": days_in(content, year)}
    page["gone"] = request.POST.getlist("gone")
    return _previewed(
        request, row, "calendars/days.html", lambda: typed.days_typed(request.POST, content), page
    )


@require_GET
@signed_in
def days_csv(request: CityRequest, calendar: str) -> StreamingHttpResponse:
    """The special days of a year, as the import reads them."""
    version = reads.current_of(reads.calendar_seen(request.access, calendar))
    year = reads.year_asked(request.GET.get("year", ""), reads.day_of(clock.now()))
    return csv_file(planfile.plan_rows(content_of(version), year), f"{calendar}-{year}")


@form_door
@configuring
def plan_import(request: CityRequest, calendar: str) -> HttpResponse:
    """Take over the published plan of a year."""
    row = reads.calendar_to_edit(request.access, calendar)
    content = content_of(reads.current_of(row))
    following = (content.published_until or reads.day_of(clock.now()).year) + 1
    form = PlanImportForm(request.POST or None, request.FILES or None, initial={"year": following})
    page = {"form": form, "shipped": planfile.shipped_year(content)}
    return _previewed(request, row, "calendars/import.html", lambda: _plan(request, form, content), page)


def _plan(request: CityRequest, form: PlanImportForm, content: Any) -> dict[str, Any]:
    if shipped := request.POST.get("shipped", ""):
        return planfile.plan_as_shipped(content, int(shipped) if shipped.isdecimal() else 0)
    if not form.is_valid() or not (file := form.cleaned_data["file"]):
        raise BadInput(_("Choose the year and the file of its plan."), field="file")
    return planfile.plan_of_file(content, form.cleaned_data["year"], file.read(planfile.MOST_BYTES + 1))


def _previewed(
    request: CityRequest, row: Calendar, template: str, wish: Wish, page: dict[str, Any]
) -> HttpResponse:
    """The form, or what would change by it; a refusal keeps what was typed."""
    refusal: CityError | None = None
    if request.method == "POST":
        try:
            return _preview_page(request, row.code, wish())
        except (BadInput, Conflict, TooLarge) as error:
            refusal = error
    page |= {"calendar": row, "version": reads.current_of(row), "refusal": refusal}
    return render(request, template, page, status=refusal.status if refusal else 200)


def _preview_page(
    request: CityRequest, code: str, wish: dict[str, Any], refusal: CityError | None = None
) -> HttpResponse:
    preview = services.calendar_preview(
        access=request.access, code=code, wish=wish, was=version_of(request.POST), now=clock.now()
    )
    page = {"preview": preview, "wish": wish_text(wish), "key": str(uuid4()), "refusal": refusal}
    page["week"] = reads.week_of(preview.difference.after, reads.day_of(clock.now()))
    page["reason"] = request.POST.get("reason", "")
    return render(request, "calendars/preview.html", page, status=refusal.status if refusal else 200)


@require_POST
@configuring
def apply(request: CityRequest, calendar: str) -> HttpResponse:
    """Put in force what was previewed, once there is a reason."""
    wish, was, reason = wish_of(request.POST), version_of(request.POST), request.POST.get("reason", "")
    try:
        services.calendar_edit(code=calendar, wish=wish, reason=reason, was=was, **given(request))
    except (BadInput, Conflict) as refusal:
        return _preview_page(request, calendar, wish, refusal)
    messages.success(request, _("The calendar is in force as shown."))
    return redirect("cases:calendar", calendar)
