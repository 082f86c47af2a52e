"""Group robots: list, add, change, try, remove."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from grids.views.doors import CityRequest, form_page, given, signed_in
from notices.browse import groups_named, host_of, robots_seen, units_with_robots
from notices.faults import words_of
from notices.forms import RemoveForm, RobotForm
from notices.permissions import check_may_keep_robots
from notices.services.robots import robot_add, robot_change, robot_found, robot_remove, robot_try

form_door = require_http_methods(["GET", "POST"])


@require_safe
@never_cache
@signed_in
def robots(request: CityRequest) -> HttpResponse:
    """The robots of all units one looks after, or of one unit."""
    unit = request.GET.get("unit", "")[:30]
    items = [
        {
            "robot": robot,
            "host": host_of(robot),
            "groups": groups_named(robot.groups),
            "trial_error": words_of(robot.trial_error),
        }
        for robot in robots_seen(request.access, unit)
    ]
    return render(request, "notices/robots.html", {"items": items, "unit": unit})


@form_door
@never_cache
@signed_in
def add(request: CityRequest) -> HttpResponse:
    """A new robot."""
    check_may_keep_robots(request.access)
    units = units_with_robots(request.access)
    form = RobotForm(request.POST or None, initial={"unit": request.GET.get("unit", "")[:30]}, units=units)

    def act() -> dict[str, Any]:
        return robot_add(unit=form.cleaned_data["unit"], about=form.about(), **given(request))

    return form_page(request, form, act, to=_to, back_url=reverse("notices:robots"))


@form_door
@never_cache
@signed_in
def change(request: CityRequest, robot: int) -> HttpResponse:
    """Change a robot; its address and secret are not shown."""
    row = robot_found(request.access, robot)
    form = RobotForm(request.POST or None, units=[], robot=row)

    def act() -> dict[str, Any]:
        return robot_change(robot=robot, about=form.about(), **given(request))

    return form_page(request, form, act, to=_to, lead=row.unit.name, back_url=reverse("notices:robots"))


@form_door
@signed_in
def remove(request: CityRequest, robot: int) -> HttpResponse:
    """Take a robot away."""
    row, form = robot_found(request.access, robot), RemoveForm(request.POST or None)

    def act() -> dict[str, Any]:
        return robot_remove(robot=robot, **given(request))

    lead = f"{row.unit.name} · {row.name}"
    return form_page(request, form, act, to=_to, lead=lead, back_url=reverse("notices:robots"))


@require_POST
@signed_in
def trial(request: CityRequest, robot: int) -> HttpResponse:
    """Send a message to try it, and say what came of it."""
    error = robot_try(access=request.access, robot=robot, now=clock.now())
    if error:
        messages.error(request, _("It did not arrive: %(why)s") % {"why": error})
    else:
        messages.success(request, _("The trial message arrived. Look into the group."))
    return redirect("notices:robots")


def _to(answer: Any) -> str:
    return reverse("notices:robots")
