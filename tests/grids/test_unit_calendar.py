"""By which working time a unit's deadlines run: set on its form and over the API, by its administrator."""

from typing import Any

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import Unit
from core.calendars import calendars_now
from core.models import AuditEntry, Calendar
from tests.api.calls import get, is_problem, post
from tests.cases.browsers import browser
from tests.cast import World

FORM = {
    "name": "长寿环卫所", "line": "sanitation", "kind": "handler", "district": "500115", "active": "on",
    "calendar": "offices",
}  # fmt: skip


@pytest.fixture
def api(world: World) -> Any:
    def client(who: str) -> APIClient:
        found = APIClient()
        found.force_authenticate(world.people[who])
        return found

    return client


def calendar_of(code: str = "cs-clean") -> str | None:
    calendar = Unit.objects.get(code=code).calendar
    return calendar.code if calendar else None


def test_a_unit_is_given_a_calendar_on_its_form_and_its_page_says_so(world: World) -> None:
    client, page = browser(world, "admin"), reverse("grids:unit", args=["cs-clean"])
    assert "Squads and sanitation" in client.get(page).content.decode()
    answer = client.post(reverse("grids:unit_change", args=["cs-clean"]), FORM | {"key": "k"})
    assert (answer.status_code, calendar_of()) == (302, "offices")
    shown = client.get(page).content.decode()
    assert ">Offices<" in shown
    assert "Squads and sanitation" not in shown
    assert 'value="offices" selected' in client.get(f"{page}change/").content.decode()
    unit = Unit.objects.get(code="cs-clean")
    now = calendars_now()
    assert now.version_for(unit.calendar_id, unit.kind) == now.by_code("offices")


def test_a_unit_is_given_a_calendar_over_the_api_and_lists_say_so(world: World, api: Any) -> None:
    admin = api("admin")
    for _again in range(2):
        answer = post(admin, "units/cs-clean/calendar/", {"calendar": "offices"}, key="once")
        assert (answer.status_code, answer.json()) == (200, {"unit": "cs-clean", "calendar": "offices"})
    entry = AuditEntry.objects.get(action="unit.change")
    assert (entry.before["calendar"], entry.after["calendar"]) == ("", "offices")
    rows = {row["code"]: row["calendar"] for row in get(api("station"), "units/").json()["results"]}
    assert (rows["cs-clean"], rows["cs-green"]) == ("offices", None)
    assert post(admin, "units/cs-clean/calendar/", {"calendar": None}).status_code == 200
    assert calendar_of() is None


def test_what_is_so_already_is_no_change(world: World, api: Any) -> None:
    assert post(api("admin"), "units/cs-clean/calendar/", {"calendar": ""}).status_code == 200
    assert not AuditEntry.objects.filter(action="unit.change").exists()


@pytest.mark.parametrize(
    ("who", "code", "calendar", "status"),
    [
        ("station", "cs-clean", "offices", 403),
        ("stranger_admin", "cs-clean", "offices", 404),
        ("admin", "nobody", "offices", 404),
        ("admin", "cs-clean", "nothing", 400),
        ("admin", "cs-clean", 7.5, 400),
    ],
)
def test_only_the_unit_s_administrator_may_and_only_what_there_is(
    world: World, api: Any, who: str, code: str, calendar: Any, status: int
) -> None:
    assert is_problem(post(api(who), f"units/{code}/calendar/", {"calendar": calendar}), status)
    assert calendar_of() is None


def test_a_calendar_in_use_is_kept(world: World) -> None:
    unit, row = Unit.objects.get(code="cs-clean"), Calendar.objects.get(code="offices")
    unit.calendar = row
    unit.save()
    answer = browser(world, "admin").post(
        reverse("grids:unit_change", args=["cs-clean"]), FORM | {"key": "k", "calendar": "nothing"}
    )
    assert (answer.status_code, calendar_of()) == (400, "offices")
