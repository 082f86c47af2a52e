"""What somebody without a login does by code: answer, object, join; on the page and over the API."""

import json
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from cases.models import Case, Joiner
from cases.workflow import Stage
from core import clock
from tests.cast import HOME, NOW, World
from tests.ready import emergency_owing
from tests.walk import RESIDENT, case_at, go, report


@pytest.fixture(autouse=True)
def now_is_then(monkeypatch, settings):
    """The clock of the doors stands a few hours after the cast's reports."""
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=6))
    settings.PUBLIC_REPORTS_PER_HOUR = 200


def form(case: Case, action: str, **said: str) -> Any:
    post = {"key": str(uuid4()), "version": str(case.version), **said}
    return Client().post(f"/follow/{case.follow_code}/{action}/", post)


def api(case: Case, action: str, version: int, key: str = "", **said: str) -> Any:
    headers = {"If-Match": f'"v{version}"', "Idempotency-Key": key or str(uuid4())}
    path = f"/api/v1/public/reports/{case.follow_code}/{action}/"
    return Client().post(path, json.dumps(said), content_type="application/json", headers=headers)


@pytest.mark.parametrize(("said", "stage"), [("yes", Stage.CLOSED), ("no", Stage.HANDLE)])
def test_the_reporters_answer_is_the_call_back(world: World, said: str, stage: Stage) -> None:
    case = case_at(world, Stage.CALL_BACK)
    page = Client().get(f"/follow/{case.follow_code}/").content.decode()
    assert f"/follow/{case.follow_code}/answer/" in page
    assert form(case, "answer", satisfied=said, words="辛苦了").status_code == 302
    case.refresh_from_db()
    assert case.stage == stage
    event = case.events.order_by("-seq")[0]
    assert (event.actor, event.role, event.data["satisfied"]) == (None, "reporter", said)
    assert case.complaints == (said == "no")


def test_a_no_says_what_is_wrong(world: World) -> None:
    case = case_at(world, Stage.CALL_BACK)
    answer = form(case, "answer", satisfied="no")
    assert answer.status_code == 400
    assert "还有什么问题" in answer.content.decode()


def test_a_yes_waits_with_the_case_for_a_plan_that_is_owed(world: World) -> None:
    case = go(world, emergency_owing(world), ("finish", "cleaner"), ("pass", "colleague"))
    assert form(case, "answer", satisfied="yes").status_code == 302
    case.refresh_from_db()
    assert case.stage == Stage.CALL_BACK


def test_over_the_api_it_takes_a_version_and_a_key_and_repeats_its_answer(world: World) -> None:
    case = case_at(world, Stage.CALL_BACK)
    assert api(case, "answer", case.version + 3, satisfied="yes").status_code == 412
    first = api(case, "answer", case.version, key="k1", satisfied="yes")
    assert first.json()["stage"] == "closed"
    assert api(case, "answer", case.version, key="k1", satisfied="yes").json() == first.json()
    assert api(case, "answer", case.version, key="k1", satisfied="no", words="x").status_code == 409


def test_an_objection_by_code_is_decided_by_the_station(world: World) -> None:
    case = case_at(world, Stage.REJECTED)
    assert api(case, "object", case.version, reason="问题仍在").status_code == 200
    case.refresh_from_db()
    assert case.objection_asked
    assert form(case, "object", reason="再说一次").status_code == 409
    assert go(world, case, ("decide_objection", "station")).stage == Stage.VERIFY


@pytest.mark.parametrize("action", ["close", "void", "note", "nothing"])
def test_a_code_opens_no_other_step(world: World, action: str) -> None:
    case = case_at(world, Stage.CALL_BACK)
    assert form(case, action, words="x", text="x", reason="x").status_code in (400, 403, 409)
    assert Case.objects.get(pk=case.pk).events_count == case.events_count


def resident_report(**more: str) -> Any:
    place = {"lon": str(HOME["lon"]), "lat": str(HOME["lat"])}
    return Client().post("/report/", {"key": str(uuid4()), "description": "又是一堆垃圾", **place, **more})


def joinable(world: World) -> Case:
    return go(world, report(world), ("verify", "officer"), condition="sign")


def test_a_resident_sees_what_is_reported_nearby_and_joins_it(world: World) -> None:
    case = joinable(world)
    page = resident_report()
    text = page.content.decode()
    assert page.status_code == 200
    assert Case.objects.count() == 1
    assert case.number not in text
    assert str(case.uuid) not in text
    path = re.search(r'formaction="(/report/join/[^"]+)"', text)
    assert path is not None
    client = Client()
    assert client.post(path[1], {"key": str(uuid4()), **RESIDENT}).status_code == 302
    row = Joiner.objects.get(case=case)
    followed = Client().get(f"/follow/{row.follow_code}/").content.decode()
    assert "您加入了他人的上报" in followed
    assert "/answer/" not in followed


def test_what_is_something_else_is_sent_all_the_same(world: World) -> None:
    joinable(world)
    assert resident_report(similar_seen="1").status_code == 302
    assert Case.objects.count() == 2


def test_joining_over_the_api_takes_what_the_list_offered(world: World) -> None:
    case = joinable(world)
    place = f"lon={HOME['lon']}&lat={HOME['lat']}"
    found = Client().get(f"/api/v1/public/similar/?{place}").json()["results"]
    assert [set(row) for row in found] == [{"join", "case_class", "community", "opened_at", "metres"}]
    headers = {"Idempotency-Key": str(uuid4())}
    path = f"/api/v1/public/join/{found[0]['join']}/"
    first = Client().post(path, "{}", content_type="application/json", headers=headers)
    again = Client().post(path, "{}", content_type="application/json", headers=headers)
    assert first.status_code == 201
    assert first.json() == again.json()
    assert case.joiners.count() == 1
    forged = Client().post("/api/v1/public/join/1/", "{}", content_type="application/json", headers=headers)
    assert forged.status_code == 404


def test_a_merged_report_says_how_the_other_stands(world: World) -> None:
    case = report(world, "hotline", **RESIDENT)
    go(world, case, ("merge", "officer"))
    page = Client().get(f"/follow/{case.follow_code}/").content.decode()
    assert "并入的案件目前" in page
