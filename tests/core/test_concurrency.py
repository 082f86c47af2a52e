"""Many at once, on PostgreSQL: threads with connections of their own, released at the same moment."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection

from cases.models import Case, CaseEvent, Photo
from cases.services.photos import photo_store
from cases.services.report import case_report
from cases.workflow import Stage
from core.errors import BadInput, Stale, TooOften
from core.history import breaks
from core.models import IdempotencyKey, OutboxDelivery, OutboxEvent, RateCount
from core.services.outbox import outbox_drain, outbox_emit
from core.services.ratelimit import rate_take
from notices.models import Notice
from tests.cases.attempts import later, take
from tests.cast import HOME, NOW, World, build_world
from tests.core.hostile import jpeg
from tests.together import at_once
from tests.walk import RESIDENT, a_photo, case_at, report, usual

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city(transactional_db: None) -> World:
    """The cast, committed, so that other connections see it."""
    return build_world()


def history_holds(case: Case) -> bool:
    case.refresh_from_db()
    events = [e.entry(str(case.uuid)) for e in CaseEvent.objects.filter(case=case).order_by("seq")]
    return breaks(events, head=case.head_hash, count=case.events_count) == []


def test_of_two_at_the_same_step_one_wins_and_the_other_sees_the_new_state(city: World) -> None:
    case = report(city)
    jobs = []
    for who in ("officer", "colleague"):
        raw, access = usual(city, "verify", who, "sign"), city.access(who, later(case))
        jobs.append(lambda raw=raw, access=access: take(case, "verify", access, raw))
    results = at_once(*jobs)
    lost = [r for r in results if isinstance(r, Stale)]
    assert len(lost) == 1, results
    assert lost[0].extra == {"version": 2, "stage": "plan"}
    assert [r["stage"] for r in results if isinstance(r, dict)] == ["plan"]
    assert history_holds(case)
    assert case.events_count == 2
    assert Photo.objects.filter(case=case).count() == 1


def test_many_marks_at_once_are_all_kept_in_one_unbroken_chain(city: World) -> None:
    case = case_at(city, Stage.PLAN)
    before, access = case.events_count, city.access("station", later(case))
    notes = [
        lambda n=n: take(case, "note", access, {"text": f"第{n}条"}) for n in range(16)
    ]  # fmt: skip
    results = at_once(*notes)
    assert all(isinstance(r, dict) for r in results), results
    assert sorted(r["event"] for r in results) == list(range(before + 1, before + 17))
    assert history_holds(case)


def test_twenty_with_the_same_key_are_one_event_and_one_answer(city: World) -> None:
    case = case_at(city, Stage.PLAN)
    access, raw = city.access("station", later(case)), usual(city, "submit_plan", "station", case=case)
    results = at_once(*[lambda: take(case, "submit_plan", access, raw, key="one")] * 20)
    assert all(r == results[0] for r in results), results
    assert CaseEvent.objects.filter(case=case, action="submit_plan").count() == 1
    assert IdempotencyKey.objects.filter(key="one").count() == 1


def test_a_photo_named_by_two_reports_at_once_serves_one(city: World) -> None:
    photo, access = a_photo(city, "worker"), city.access("worker")
    raw = {"position": HOME, "photos": [photo]}
    job = lambda: case_report(access=access, raw=raw, key=str(uuid4()), now=NOW)  # noqa: E731
    results = at_once(*[job] * 4)
    assert sum(isinstance(r, dict) for r in results) == 1, results
    assert sum(isinstance(r, BadInput) for r in results) == 3
    assert Case.objects.count() == 1


def test_fifty_reports_at_once_in_one_district_get_fifty_numbers(city: World) -> None:
    access = city.access("hotline")
    raw = {"position": HOME, "description": "路灯不亮", **RESIDENT}
    job = lambda: case_report(access=access, raw=raw, key=str(uuid4()), now=NOW)  # noqa: E731
    results = [r for _round in range(5) for r in at_once(*[job] * 10)]
    assert all(isinstance(r, dict) for r in results), results
    serials = sorted(int(r["number"][-5:]) for r in results)
    assert serials == list(range(1, 51))
    assert len({r["follow_code"] for r in results}) == 50


def test_the_same_photo_sent_twice_at_once_is_one_photo(city: World) -> None:
    name, data, user = UUID(int=7), jpeg(), city.people["worker"].pk
    job = lambda: photo_store(data=data, user_id=user, now=NOW, photo_id=name)  # noqa: E731
    results = at_once(*[job] * 4)
    assert {getattr(r, "pk", r) for r in results} == {name}
    kept = Photo.objects.get()
    name_of_file = str(kept.file.name)
    assert kept.file.storage.exists(name_of_file)
    assert len(kept.file.storage.listdir(str(Path(name_of_file).parent))[1]) == 2


def test_a_rate_limit_lets_through_exactly_its_number(city: World) -> None:
    job = lambda: rate_take(bucket="report", client="10.0.0.1", limit=5, now=NOW)  # noqa: E731
    results = at_once(*[job] * 16)
    assert sum(r is None for r in results) == 5, results
    assert sum(isinstance(r, TooOften) for r in results) == 11
    assert RateCount.objects.get().count == 5


def test_two_drainers_handle_each_delivery_once(city: World) -> None:
    OutboxEvent.objects.all().delete()
    person = city.people["officer"].pk
    for number in range(30):
        payload = {
            "number": f"{number}", "uuid": "", "action": "note", "event": 1, "from": "plan", "to": "plan",
            "actor": None, "reporter": None, "assignee": person, "class": "", "address": "",
        }  # fmt: skip
        outbox_emit(topics=["case.step"], subject=f"case:{number}", payload=payload, now=NOW)
    handled = at_once(*[lambda: outbox_drain(now=NOW)] * 4)
    assert sum(handled) == 30
    assert Notice.objects.filter(recipient=person).count() == 30
    assert set(OutboxDelivery.objects.values_list("state", "attempts")) == {("done", 0)}


_HALF_WAY = """
import os, signal, sys, django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from cases.services import advance
from core.services.outbox import outbox_emit
from tests.cast import NOW
from grids.access import access_for
from accounts.models import User
from cases.models import Case
from datetime import timedelta

def die(*args, **kwargs):
    outbox_emit(topics=["case.step"], subject="x", payload={}, now=NOW)
    print("half way", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

advance.step_tell = die
case = Case.objects.get()
moment = case.stage_since + timedelta(minutes=5)
advance.case_advance(
    number=case.number, action="note", access=access_for(User.objects.get(username="station"), now=moment),
    raw={"text": "x"}, version=case.version, key="killed", now=moment,
)
"""


def test_a_process_killed_half_way_through_a_step_leaves_nothing(city: World) -> None:
    case = report(city)
    counts = (CaseEvent.objects.count(), OutboxEvent.objects.count())
    name = str(connection.settings_dict["NAME"])
    run = subprocess.run(
        [sys.executable, "-c", _HALF_WAY, name],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "citymgmt.settings"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "half way" in run.stdout, run.stderr
    assert run.returncode == -signal.SIGKILL
    assert (CaseEvent.objects.count(), OutboxEvent.objects.count()) == counts
    assert not IdempotencyKey.objects.filter(key="killed").exists()
    # Nothing is locked either: the same step goes through at once.
    answer = take(case, "note", city.access("station", later(case)), {"text": "x"}, key="killed")
    assert answer["event"] == 2
    assert history_holds(case)
