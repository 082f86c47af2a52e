"""Who has what, the pool, and handing tasks over."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases import squad as reads
from cases.services.handover import tasks_hand_over
from core import clock
from core.errors import BadInput
from grids.views.doors import CityRequest, signed_in

_MOST_SAID = 10


@require_safe
@signed_in
@never_cache
def team(request: CityRequest) -> HttpResponse:
    """``/squad/``: a street's squad or a unit: the pool, everybody's tasks, who is away or on duty."""
    place, cursor = request.GET.get("place", "")[:40], request.GET.get("cursor", "")
    page = reads.team_page(request.access, place=place, cursor=cursor, now=clock.now())
    return render(request, "squad/team.html", page)


@require_safe
@signed_in
@never_cache
def pool(request: CityRequest) -> HttpResponse:
    """The tasks nobody has yet that one could take on."""
    cursor = request.GET.get("cursor", "")
    return render(request, "squad/pool.html", reads.pool_page(request.access, cursor=cursor, now=clock.now()))


@require_safe
@signed_in
@never_cache
def person(request: CityRequest, username: str) -> HttpResponse:
    """One person's open tasks, to be handed over."""
    cursor = request.GET.get("cursor", "")
    page = reads.person_page(request.access, username=username, cursor=cursor, now=clock.now())
    return render(request, "squad/person.html", page)


@require_POST
@signed_in
def hand_over(request: CityRequest) -> HttpResponse:
    """Hand the chosen tasks over, and say of each that could not be why."""
    sent = request.POST
    try:
        picked = reads.picked_of(sent.getlist("task"))
        answer = tasks_hand_over(
            access=request.access, picked=picked, to=sent.get("to", ""), key=sent.get("key", ""),
            now=clock.now(),
        )  # fmt: skip
        _say(request, answer)
    except BadInput as refusal:
        messages.error(request, str(refusal.detail))
    return redirect(_back(sent.get("person", ""), sent.get("place", "")))


def _say(request: CityRequest, answer: dict[str, Any]) -> None:
    done, refused = len(answer["done"]), answer["refused"]
    if done:
        words = ngettext("%(n)d task handed over.", "%(n)d tasks handed over.", done)
        messages.success(request, words % {"n": done})
    for one in refused[:_MOST_SAID]:
        messages.warning(request, f"{one['number']}: {one['detail']}")


def _back(person: str, place: str) -> str:
    if person.isprintable() and person and "/" not in person:
        return reverse("squad:person", args=[person])
    return f"{reverse('squad:team')}?{urlencode({'place': place})}" if place else reverse("squad:team")
