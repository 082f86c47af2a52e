"""The unit that puts a thing right never learns which colleague or resident reported it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cases.models import Case, Photo
from core.services.outbox import outbox_drain
from tests.cast import HOME, NOW, World
from tests.walk import TO_HANDLE, a_photo, go, report, step

CALLED = "13812345678"


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


def test_no_notice_carries_a_phone_number_out_of_the_words(world: World, handled: Case) -> None:
    """The address goes into notices; whoever is given the task by the unit's head works outside."""
    step(world, handled, "assign", "clean_head", person="cleaner")
    outbox_drain(now=NOW + timedelta(days=1))
    for path in ("/notices/", "/api/v1/notices/"):
        text = body(reader(world, "cleaner"), path)
        assert handled.number in text
        assert CALLED not in text, path


def test_a_phone_number_in_the_words_is_masked_for_the_unit(world: World, handled: Case) -> None:
    paths = addresses(handled)[:3]
    outside, inside = reader(world, "cleaner"), reader(world, "colleague")
    assert [path for path in paths if CALLED in body(outside, path)] == []
    assert [path for path in paths[:2] if CALLED not in body(inside, path)] == []
    handled.refresh_from_db()
    assert CALLED in handled.description
