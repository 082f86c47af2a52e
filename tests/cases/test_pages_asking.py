"""What stands beside the stage shows where it is decided: on the case, above the form, on the workbench."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from core import clock
from tests.cast import NOW, World
from tests.ready import READY
from tests.walk import go


@pytest.fixture
def as_(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Client]:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=3))

    def become(name: str) -> Client:
        client = Client()
        client.force_login(world.people[name], "django.contrib.auth.backends.ModelBackend")
        return client

    return become


SAID = {
    "decide_suspension": "待迁改管线", "decide_extension": "连日降雨", "decide_appeal": "超时因道路封闭",
    "decide_objection": "问题仍在", "reply": "群众反映强烈", "arrive": "商户拒不配合",
}  # fmt: skip


@pytest.mark.parametrize("action", sorted(SAID))
def test_what_was_asked_stands_above_the_form_that_answers_it(
    world: World, as_: Callable[[str], Client], action: str
) -> None:
    case = READY[action].case(world)
    page = as_(READY[action].who).get(f"/cases/{case.number}/steps/{action}/").content.decode()
    assert SAID[action] in page.split("<form", 2)[-1]


def test_the_workbench_counts_what_is_to_be_decided_and_the_list_holds_as_many(
    world: World, as_: Callable[[str], Client]
) -> None:
    READY["decide_suspension"].case(world)
    case = READY["decide_extension"].case(world)
    page = as_("bureau").get("/").content.decode()
    assert "/cases/?mark=to_decide" in page
    listed = as_("bureau").get("/cases/", {"mark": "to_decide"})
    assert len(listed.context["rows"]) == 2
    go(world, case, ("decide_extension", "station"))
    assert len(as_("bureau").get("/cases/", {"mark": "to_decide"}).context["rows"]) == 1
    over_api = as_("bureau").get("/api/v1/cases/", {"mark": "to_decide"}).json()["results"]
    assert len(over_api) == 1
    assert "mark=to_decide" not in as_("stranger").get("/").content.decode()


def test_the_case_says_what_stands_beside_its_stage(world: World, as_: Callable[[str], Client]) -> None:
    case = go(world, READY["resume"].case(world), ("supervise", "bureau"))
    page = as_("station").get(f"/cases/{case.number}/").content.decode()
    assert "挂账至" in page
    assert "督办" in page
    detail = as_("station").get(f"/api/v1/cases/{case.number}/").json()
    assert detail["suspended_until"]
    assert detail["reply_from"] == "unit"
