"""Who reported is protected: from the unit that puts a thing right, and a caller from everybody's eyes."""

import json
import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from cases.models import Case, Photo
from core.models import OutboxEvent
from core.services.outbox import outbox_drain
from notices.models import Notice
from tests.cast import HOME, NOW, World
from tests.sweep.register import REGISTER
from tests.walk import TO_HANDLE, a_photo, go, report, step, usual

CALLED, MASKED = "13812345678", "138****5678"


def reader(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.people[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def handled(world: World) -> Case:
    """A grid worker's report, given to the unit, with a phone number in its words and a photo of his."""
    photo = a_photo(world, "worker2")
    Photo.objects.filter(pk=photo).update(lon=HOME["lon"], lat=HOME["lat"], taken_at=NOW)
    words = f"店主 {CALLED} 说今天会清"
    case = report(world, "worker2", description=words, address=f"正街1号（{CALLED}）", photos=[photo])
    return go(world, case, *TO_HANDLE, condition="sign")


def body(client: Client, path: str) -> str:
    answer: Any = client.get(path)
    assert answer.status_code == 200, path
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return raw.decode()


def addresses(case: Case) -> list[str]:
    number, photo = case.number, case.photos.get(event_seq=1).pk
    return [
        f"/cases/{number}/", f"/api/v1/cases/{number}/", f"/api/v1/cases/{number}/events/",
        f"/api/v1/photos/{photo}/", f"/cases/export.csv?q={number}", f"/cases/?q={number}",
        f"/api/v1/cases/?q={number}",
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["cleaner", "clean_head"])
def test_the_unit_reads_nowhere_who_on_the_staff_reported(world: World, handled: Case, who: str) -> None:
    client, name = reader(world, who), world.people["worker2"].name
    shown = {path: body(client, path) for path in addresses(handled)}
    given_away = [path for path, text in shown.items() if name in text or json.dumps(name)[1:-1] in text]
    assert given_away == []


def test_who_works_where_the_case_lies_reads_who_reported(world: World, handled: Case) -> None:
    client, name = reader(world, "colleague"), world.people["worker2"].name
    assert name in body(client, f"/cases/{handled.number}/")
    events = json.loads(body(client, f"/api/v1/cases/{handled.number}/events/"))["results"]
    assert events[0]["actor"] == name


def test_all_later_steps_name_who_took_them_to_the_unit_too(world: World, handled: Case) -> None:
    text = body(reader(world, "cleaner"), f"/api/v1/cases/{handled.number}/events/")
    first, *later = json.loads(text)["results"]
    assert first["actor"] is None
    assert [event["actor"] for event in later] == ["队员甲", "工作站甲", "区局甲", "工作站甲"]


@pytest.mark.parametrize(("who", "placed"), [("cleaner", False), ("colleague", True), ("worker2", True)])
def test_where_a_photo_was_taken_is_told_inside_alone(
    world: World, handled: Case, who: str, placed: bool
) -> None:
    client, photo = reader(world, who), handled.photos.get(event_seq=1)
    rows = json.loads(body(client, f"/api/v1/cases/{handled.number}/"))["photos"]
    rows = [row for row in rows if row["id"] == str(photo.pk)]
    rows.append(json.loads(body(client, f"/api/v1/photos/{photo.pk}/")))
    kept = [[row[name] is not None for name in ("lon", "lat", "taken_at")] for row in rows]
    assert kept == [[placed] * 3] * 2


@pytest.mark.parametrize("who", ["cleaner", "colleague", "worker2", "station", "hotline", "bureau", "leader"])
def test_a_phone_number_in_the_words_is_masked_for_everybody(world: World, handled: Case, who: str) -> None:
    client = reader(world, who)
    shown = {path: body(client, path) for path in addresses(handled)}
    assert [path for path, text in shown.items() if CALLED in text] == []
    assert MASKED in shown[f"/cases/{handled.number}/"]
    handled.refresh_from_db()
    assert CALLED in handled.description


CALLER, PHONE, WRITTEN = "覃小满", "13899990000", "138 0000 1111"
SAID = f"{CALLER}（{PHONE}）说 {WRITTEN} 也行"
# Whoever sees the case, and a visitor; what others outside read is swept in test_scope.py.
READERS = ("station", "hotline", "officer", "worker", "bureau", "cleaner", "leader", "")


@pytest.fixture
def told(world: World, settings: Any) -> Case:
    """A caller's case, closed, with name and numbers in every word people wrote, and its notices sent."""
    settings.SIMILAR_HOURS = 24 * 3650  # the doors go by the real clock
    case = report(
        world,
        "hotline",
        description=SAID,
        address=f"正街1号 {SAID}",
        reporter_name=CALLER,
        reporter_phone=PHONE,
    )
    words: dict[str, dict[str, Any]] = {
        "verify": {"text": SAID}, "submit_plan": {"measures": [SAID]}, "approve": {"text": SAID},
        "dispatch": {}, "finish": {"result": SAID, "reason": SAID}, "pass": {"text": SAID},
        "dissatisfied": {"reason": SAID},
    }  # fmt: skip
    who = ("officer", "station", "bureau", "station", "cleaner", "colleague", "station")
    for (action, raw), by in zip(words.items(), who, strict=True):
        case = step(world, case, action, by, **(usual(world, action, by, "sign", case) | raw))
        outbox_drain(now=NOW.replace(year=2027))
    return case


def everywhere(case: Case) -> list[str]:
    """Every address that could show the case, its words or whoever reported it."""
    number, place = case.number, f"lon={HOME['lon']}&lat={HOME['lat']}"
    filled = {"number": number, "code": case.follow_code or "", "action": "finish", "key": "matter-07006"}
    filled |= {"calendar": "offices", "version": "1", "stage": "plan", "track": "standard"}
    filled |= {"username": "officer", "photo_id": "0" * 32, "rest": "x", "kind": "split"}
    filled |= dict.fromkeys(
        ("seq", "pk", "plan_id", "posting", "token", "template_id", "job", "absence", "turn", "robot"), "1"
    )
    filled |= dict.fromkeys(("batch_id", "campaign_id"), str(UUID(int=1)))
    routes = [r for r in REGISTER if not any(word in r for word in ("logout", "slug", "login"))]
    paths = ["/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: filled[part[1]], route) for route in routes]
    asked = [f"/cases/?q={number}", f"/api/v1/cases/?q={number}", f"/cases/export.csv?q={number}"]
    asked += [f"/cases/similar/?{place}", f"/api/v1/cases/similar/?{place}"]
    asked += [f"/{path}?q={word}" for path in ("cases/", "api/v1/cases/") for word in ("正街", "%E8%A6%83")]
    steps = [f"/cases/{number}/steps/{action}/" for action in ("finish", "submit_plan", "dispatch", "note")]
    return paths + asked + steps + ["/api/v1/cases/geojson/?bbox=106,29,108,30"]


@pytest.mark.parametrize("who", READERS)
def test_nobody_reads_a_callers_name_or_any_number_anywhere(world: World, told: Case, who: str) -> None:
    client = reader(world, who) if who else Client()
    client.raise_request_exception = False
    wrong, seen = {}, 0
    for path in everywhere(told):
        answer: Any = client.get(path)
        raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = raw.decode("utf-8", "replace")
        seen += told.number in text
        secrets = (CALLER, PHONE, WRITTEN, WRITTEN.replace(" ", ""))
        if found := [s for s in secrets if s in text or json.dumps(s)[1:-1] in text]:
            wrong[path] = found
    assert wrong == {}
    assert seen > 8 or not who


def test_notices_and_what_is_told_onward_hold_no_name_and_no_number(world: World, told: Case) -> None:
    kept = str(list(Notice.objects.values_list("facts", flat=True)))
    kept += str(list(OutboxEvent.objects.values_list("payload", flat=True)))
    assert "正街1号" in kept
    assert [s for s in (CALLER, PHONE, WRITTEN) if s in kept] == []
