"""The doors of two steps that need more than a stage: an assisting unit's part, and a report of a fix."""

from datetime import timedelta

import pytest
from django.test import Client

from cases.models import Case
from cases.workflow import Stage
from core import clock
from tests.cast import HOME, NOW, World
from tests.walk import a_photo, case_at, step


def browser(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.people[who], "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture(autouse=True)
def now_is_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=3))


@pytest.fixture
def shared(world: World) -> Case:
    """A case dispatched to the cleaners with the gardeners' help."""
    case = case_at(world, Stage.DISPATCH)
    return step(world, case, "dispatch", "station", assisting_units=["cs-green"], reason="需要园林配合")


def hand_in(world: World, case: Case, who: str) -> int:
    post = {
        "key": f"hand-in-{who}",
        "version": case.version,
        "result": "已修剪",
        "photos": [a_photo(world, who)],
    }
    return browser(world, who).post(f"/cases/{case.number}/steps/hand_in/", post).status_code


def test_the_assisting_unit_hands_in_its_part_on_the_page(world: World, shared: Case) -> None:
    assert browser(world, "gardener").get(f"/cases/{shared.number}/steps/hand_in/").status_code == 200
    assert hand_in(world, shared, "gardener") == 302
    assert shared.parts.get(unit__code="cs-green").handed_in_at is not None


def test_the_lead_unit_has_no_part_to_hand_in(world: World, shared: Case) -> None:
    assert hand_in(world, shared, "cleaner") == 403
    assert shared.parts.get(unit__code="cs-green").handed_in_at is None


def fixed_form(world: World, who: str) -> dict[str, object]:
    return {
        "key": f"fixed-{who}",
        "lon": HOME["lon"],
        "lat": HOME["lat"],
        "case_class": world.conditions["litter"].case_class.key,
        "condition": 1,
        "photos_before": [a_photo(world, who)],
        "photos_after": [a_photo(world, who)],
    }


def test_a_fix_is_reported_on_its_page(world: World) -> None:
    answer = browser(world, "worker").post("/cases/report/fixed/", fixed_form(world, "worker"))
    assert answer.status_code == 302
    assert Case.objects.get().stage == Stage.CHECK


def test_a_hotline_clerk_fixes_nothing(world: World) -> None:
    answer = browser(world, "hotline").post("/cases/report/fixed/", fixed_form(world, "hotline"))
    assert answer.status_code == 403
    assert not Case.objects.exists()
