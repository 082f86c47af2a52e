"""Absences, deputies and the duty roster."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.errors import BadInput, Conflict
from core.paging import page_of
from grids import roster_pages as reads
from grids.roster import Place, absence_seen, deputies_of, person_kept, place_code
from grids.roster_forms import AbsenceEndForm, AbsenceForm, DutyWeekForm
from grids.services.absences import absence_change, absence_end, absence_enter
from grids.services.duty import duty_week_copy, duty_week_set
from grids.views.doors import CityRequest, form_page, given, refused, signed_in

form_door = require_http_methods(["GET", "POST"])


@require_safe
@signed_in
def absences(request: CityRequest) -> HttpResponse:
    """``/squad/absences/``: one's own, and those of the people one leads."""
    now, state = clock.now(), request.GET.get("state", "")
    found = reads.absences_found(request.access, state=state, now=now)
    page = page_of(found, by="-starts_at", cursor=request.GET.get("cursor", ""))
    led = reads.led_by(request.access, now=now)
    turns = reads.my_turns(request.access, now=now)
    context = {"page": page, "state": state, "led": led, "turns": turns, "now": now}
    return render(request, "squad/absences.html", context)


@form_door
@signed_in
def absence_add(request: CityRequest) -> HttpResponse:
    """Enter an absence, of oneself or of somebody one leads (``?person=``)."""
    now, access = clock.now(), request.access
    person = person_kept(access, request.GET.get("person", "") or request.user.get_username(), now=now)
    form = AbsenceForm(request.POST or None, deputies=deputies_of(person, now=now))

    def act() -> dict[str, Any]:
        return absence_enter(username=person.username, about=form.about(), **given(request))

    return form_page(request, form, act, to=_after, lead=person.name, back_url=reverse("squad:absences"))


def _after(answer: dict[str, Any]) -> str:
    """What the absent person still has is the next thing to look at."""
    if answer["begun"]:
        return reverse("squad:person", args=[answer["person"]])
    return reverse("squad:absences")


@form_door
@signed_in
def absence_edit(request: CityRequest, absence: int) -> HttpResponse:
    """Change an absence that is not over."""
    now = clock.now()
    row = absence_seen(request.access, absence, now=now)
    form = AbsenceForm(request.POST or None, deputies=deputies_of(row.person, now=now), absence=row)

    def act() -> dict[str, Any]:
        return absence_change(absence_id=absence, about=form.about(), **given(request))

    return form_page(request, form, act, to=_list, lead=row.person.name, back_url=_list())


@form_door
@signed_in
def absence_over(request: CityRequest, absence: int) -> HttpResponse:
    """End an absence early, or take one out that has not begun."""
    row = absence_seen(request.access, absence, now=clock.now())
    form = AbsenceEndForm(request.POST or None)

    def act() -> dict[str, Any]:
        return absence_end(absence_id=absence, **given(request))

    return form_page(request, form, act, to=_list, lead=row.person.name, back_url=_list())


def _list(answer: object = None) -> str:
    return reverse("squad:absences")


@require_safe
@signed_in
def deputies(request: CityRequest) -> HttpResponse:
    """Who stands in for whom."""
    return render(request, "squad/deputies.html", reads.deputies_page(request.access, now=clock.now()))


@form_door
@signed_in
def duty(request: CityRequest) -> HttpResponse:
    """A week of the roster of a street or unit, to be filled in."""
    now, places = clock.now(), reads.places_of(request.access)
    there = reads.place_among(request.access, places, request.GET.get("place", "")[:40])
    week = reads.week_seen(there, monday=reads.monday_asked(request.GET.get("week", ""), now), now=now)
    form = DutyWeekForm(request.POST or None, slots=week.named, people=reads.week_people(week, now=now))
    status = _kept(request, week, form) if request.method == "POST" else 200
    if status == 302:
        return redirect(_week_url(week))
    return render(request, "squad/duty.html", _context(request, week, form, places), status=status)


def _kept(request: CityRequest, week: reads.Week, form: DutyWeekForm) -> int:
    """Keep what was chosen; 302 when that went well, else the status of the refusal."""
    if not form.is_valid():
        return 400
    try:
        place, slots = place_code(week.place), form.slots()
        answer = duty_week_set(place=place, monday=week.monday, slots=slots, **given(request))
    except (BadInput, Conflict) as refusal:
        return refused(form, refusal)
    _say(request, answer["changed"])
    return 302


def _say(request: CityRequest, changed: int) -> None:
    words = ngettext("%(n)d turn changed.", "%(n)d turns changed.", changed)
    messages.success(request, words % {"n": changed} if changed else _("Nothing to change."))


def _context(
    request: CityRequest, week: reads.Week, form: DutyWeekForm, places: list[Place]
) -> dict[str, Any]:
    fields = [(slot, form[slot.key], held) for slot, held, _over in week.slots]
    return {
        "week": week,
        "form": form,
        "days": [fields[n : n + 2] for n in range(0, len(fields), 2)],
        "place": place_code(week.place),
        "places": reads.named(places),
        "links": reads.week_links(week.monday),
        "key": request.POST.get("key") or str(uuid4()),
        "copy_key": str(uuid4()),
    }


def _week_url(week: reads.Week) -> str:
    query = {"place": place_code(week.place), "week": week.monday.isoformat()}
    return f"{reverse('squad:duty')}?{urlencode(query)}"


@require_POST
@signed_in
def duty_copy(request: CityRequest) -> HttpResponse:
    """Fill a week's empty turns as they were the week before."""
    sent = request.POST
    monday = reads.monday_asked(sent.get("week", ""), clock.now())
    answer = duty_week_copy(place=sent.get("place", "")[:40], monday=monday, **given(request))
    _say(request, answer["changed"])
    query = {"place": sent.get("place", ""), "week": monday.isoformat()}
    return redirect(f"{reverse('squad:duty')}?{urlencode(query)}")
