"""What is held about a person is handed out on request: all of it, by the station alone, and written down."""

from typing import Any

import pytest
from django.test import Client

from cases.models import ReporterLook
from cases.services.subject import subject_export
from cases.workflow import Stage
from core.errors import BadInput, NotAllowed, NotFound
from core.models import AuditEntry
from tests.cast import NEXT_STREET, NOW, World
from tests.walk import RESIDENT, case_at, report, step

PHONE = RESIDENT["reporter_phone"]


def held(world: World, who: str = "station", phone: str = PHONE, why: str = "request") -> dict[str, Any]:
    return subject_export(access=world.access(who), phone=phone, why=why, reason="本人到站", now=NOW)


def test_all_that_is_held_about_a_number_is_handed_out(world: World) -> None:
    own = case_at(world, Stage.CLOSED)
    told = step(world, report(world), "note", "station", text="来电 138-1234-5678 催办")
    named = report(world, "hotline", description=f"找 {PHONE}", position=NEXT_STREET)
    report(world, "hotline", reporter_name="别人", reporter_phone="13800001111")
    answer = held(world, phone="138 1234 5678")
    assert {case["number"] for case in answer["cases"]} == {own.number, told.number, named.number}
    mine = next(case for case in answer["cases"] if case["number"] == own.number)
    assert (mine["name"], mine["phone"], mine["follow_code"]) == ("刘女士", PHONE, own.follow_code)
    assert mine["history"][-1]["facts"]["words"] == "满意"
    assert "别人" not in str(answer)


def test_nobody_elses_name_or_number_is_handed_out_with_it(world: World) -> None:
    other = {"reporter_name": "覃小满", "reporter_phone": "13800001111"}
    case = report(world, "hotline", description=f"覃小满 13800001111 说店主是 {PHONE}", **other)
    step(world, case, "join", "officer", reporter_name="刘女士", reporter_phone=PHONE)
    found = held(world)["cases"][0]
    assert PHONE in found["description"]
    assert [joined["name"] for joined in found["joined"]] == ["刘女士"]
    assert [word for word in ("覃小满", "13800001111", str(case.follow_code)) if word in str(found)] == []


def test_no_colleagues_name_is_handed_out(world: World) -> None:
    case_at(world, Stage.CLOSED)
    answer = str(held(world))
    assert [person.name for person in world.people.values() if person.name in answer] == []


def test_it_is_written_down_with_the_reason_and_without_the_number(world: World) -> None:
    case_at(world, Stage.VERIFY)
    held(world)
    look = ReporterLook.objects.get()
    assert (look.kind, look.why, look.reason, look.case) == ("export", "request", "本人到站", None)
    entry = AuditEntry.objects.get(action="reporter.export")
    assert PHONE not in str([entry.subject, entry.after, entry.reason])


@pytest.mark.parametrize("who", ["hotline", "community", "officer", "bureau", "cleaner"])
def test_only_the_station_hands_out(world: World, who: str) -> None:
    case_at(world, Stage.VERIFY)
    with pytest.raises(NotAllowed):
        held(world, who)
    assert not ReporterLook.objects.exists()


def test_another_districts_station_finds_nothing(world: World) -> None:
    case_at(world, Stage.VERIFY)
    with pytest.raises(NotFound):
        held(world, "stranger")


@pytest.mark.parametrize(("phone", "why", "field"), [("刘女士", "request", "phone"), (PHONE, "", "why")])
def test_a_number_and_a_reason_are_needed(world: World, phone: str, why: str, field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        held(world, phone=phone, why=why)
    assert refusal.value.field == field


def test_page_and_api_hand_out_the_same(world: World) -> None:
    case = case_at(world, Stage.VERIFY)
    client = Client()
    client.force_login(world.people["station"], "django.contrib.auth.backends.ModelBackend")
    assert client.get("/cases/person/").status_code == 200
    sent = {"phone": PHONE, "why": "request", "reason": "本人到站"}
    page: Any = client.post("/cases/person/", sent)
    assert "attachment" in page["Content-Disposition"]
    assert "no-store" in page["Cache-Control"]
    api = client.post("/api/v1/person/", sent, content_type="application/json")
    assert page.json()["cases"] == api.json()["cases"][:1]
    assert page.json()["cases"][0]["number"] == case.number
    assert "no-store" in api["Cache-Control"]


@pytest.mark.parametrize(("phone", "status"), [("x", 400), ("13800009999", 404)])
def test_a_refusal_stands_on_the_form_with_what_was_typed(world: World, phone: str, status: int) -> None:
    client = Client()
    client.force_login(world.people["station"], "django.contrib.auth.backends.ModelBackend")
    answer = client.post("/cases/person/", {"phone": phone, "why": "request", "reason": ""})
    assert answer.status_code == status
    assert f'value="{phone}"' in answer.content.decode()


def test_the_form_is_for_the_station_alone(world: World) -> None:
    client = Client()
    client.force_login(world.people["bureau"], "django.contrib.auth.backends.ModelBackend")
    assert client.get("/cases/person/").status_code == 403
