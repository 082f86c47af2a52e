"""Killed at any moment: what was under way has not happened, or it has happened whole.

A process is killed by SIGKILL before every single statement of every step of a case's life, just before its
commit and just after. Then the same request comes again, as a phone sends it again.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from cases.models import Case, CaseEvent, Photo
from cases.services.advance import case_advance
from cases.services.photos import photo_store
from cases.services.report import case_report
from core.models import IdempotencyKey, OutboxDelivery
from core.services.outbox import outbox_drain
from notices.models import Notice
from tests.cases.rearm.helpers import SOON, finish, limit, rearmed, start
from tests.cast import HOME, NOW
from tests.core.hostile import jpeg
from tests.faults.city import City, build_city
from tests.faults.model import findings, traces
from tests.walk import RESIDENT, a_photo, report, step, usual

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
LONGER = limit("verify", 3, "工作时")

LIFE = (
    ("verify", "officer"), ("correct", "station"), ("submit_plan", "station"), ("return_plan", "bureau"),
    ("submit_plan", "station"), ("approve", "bureau"), ("dispatch", "station"), ("sign_for", "cleaner"),
    ("hand_in", "gardener"), ("finish", "cleaner"), ("rework", "colleague"), ("finish", "cleaner"),
    ("pass", "colleague"), ("dissatisfied", "station"), ("finish", "cleaner"), ("pass", "colleague"),
    ("close", "community"),
)  # fmt: skip


@dataclass
class Victim:
    """The process that is killed, and the points at which it was."""

    process: "subprocess.Popen[str]"
    points: list[tuple[str, int | str]] = field(default_factory=list)

    def die(self, at: int | str, job: dict[str, Any]) -> int:
        """Have the job run and killed at this point; how many statements it had sent."""
        sent = self.try_to_die(at, job)
        assert sent is not None, f"not killed at {at}"
        return sent

    def try_to_die(self, at: int | str, job: dict[str, Any]) -> int | None:
        """The same; None when the job was done before it came to that point."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps(job | {"at": at}), file=self.process.stdin, flush=True)
        *sent, ended = self.process.stdout.readline().split()
        if ended == "0":
            return None
        assert ended == str(-signal.SIGKILL), ended
        self.points.append((job.get("action", job["do"]), at))
        return int(sent[0])

    def die_everywhere(self, job: dict[str, Any]) -> Iterator[int | str]:
        """Just before the commit, and before each of the statements; the place of each death."""
        sent = self.die("commit", job)
        yield "commit"
        for at in range(1, sent + 1):
            self.die(at, job)
            yield at


@pytest.fixture
def city(transactional_db: None) -> City:
    return build_city()


@pytest.fixture
def victim(city: City, settings: Any) -> Iterator[Victim]:
    name = str(connection.settings_dict["NAME"])
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("killed.py")), name, str(settings.MEDIA_ROOT)],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "citymgmt.settings",
            "PYTHONPATH": str(settings.BASE_DIR),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Victim(process)
    finally:
        process.kill()
        process.wait(10)
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


def held() -> list[str]:
    return findings(drained=False, now=NOW)


def test_a_report_killed_anywhere_is_no_report_and_the_same_one_again_is_one(
    city: City, victim: Victim
) -> None:
    raw = {
        "position": HOME,
        "description": "楼下垃圾成堆",
        "photos": [a_photo(city.world, "hotline")],
        **RESIDENT,
    }
    job = {"do": "report", "who": "hotline", "raw": raw, "key": "r", "now": NOW.isoformat()}
    before = traces()
    for at in victim.die_everywhere(job):
        assert traces() == before, at
    victim.die("done", job)
    case = Case.objects.get()
    answer = case_report(access=city.access("hotline"), raw=raw, key="r", now=NOW + timedelta(minutes=1))
    assert (answer["number"], answer["event"]) == (case.number, 1)
    assert answer["follow_code"] == case.follow_code
    assert (CaseEvent.objects.count(), IdempotencyKey.objects.count()) == (1, 1)
    assert case.photos.count() == 1
    assert held() == []
    assert len(victim.points) > 10


def test_every_step_of_a_life_killed_anywhere_happened_whole_or_not_at_all(
    city: City, victim: Victim
) -> None:
    case = report(city.world, "hotline", **RESIDENT)
    moment = case.stage_since
    for action, who in LIFE:
        moment += timedelta(minutes=3)
        case.refresh_from_db()
        _killed_at_each_statement(city, victim, case, action, who, moment)
    assert case.stage == "closed"
    assert held() == []
    assert len(victim.points) >= 50
    assert len({action for action, _at in victim.points}) == len({action for action, _who in LIFE})


def _killed_at_each_statement(
    city: City, victim: Victim, case: Case, action: str, who: str, now: datetime
) -> None:
    raw = usual(city.world, action, who, "sign", case)
    if action == "submit_plan":
        raw |= {"assisting_units": ["cs-green"]}
    request: dict[str, Any] = {"number": case.number, "action": action, "raw": raw, "version": case.version}
    request |= {"key": f"{action} {now}"}
    job = {"do": "step", "who": who, "now": now.isoformat(), **request}
    before = traces()
    for at in victim.die_everywhere(job):
        assert traces() == before, (action, at)
    victim.die("done", job)
    after, events = traces(), case.events_count + 1
    case.refresh_from_db()
    assert case.events_count == events, action
    answer = case_advance(access=city.access(who), now=now + timedelta(minutes=1), **request)
    assert (answer["event"], answer["version"], answer["stage"]) == (events, case.version, case.stage)
    assert traces() == after, f"{action} again changed something"


def test_what_is_owed_is_told_once_however_often_the_teller_is_killed(city: City, victim: Victim) -> None:
    case = report(city.world, "hotline", **RESIDENT)
    for action, who in LIFE[:4]:
        case = step(city.world, case, action, who, **usual(city.world, action, who, "sign", case))
    now = case.stage_since + timedelta(hours=1)
    with transaction.atomic():
        outbox_drain(now=now)
        told = notices()
        transaction.set_rollback(True)
    assert told
    job = {"do": "drain", "who": "station", "now": now.isoformat()}
    victim.die("commit", job)
    assert notices() == [], "told, and not marked as told"
    at = 1
    while victim.try_to_die(at, job) is not None:
        at += 1
    assert at > 5
    assert set(OutboxDelivery.objects.values_list("state", "attempts")) == {("done", 0)}
    assert notices() == told


def notices() -> list[Any]:
    rows = Notice.objects.values_list("recipient", "kind", "facts")
    return sorted((who, kind, json.dumps(facts, sort_keys=True)) for who, kind, facts in rows)


def test_an_upload_killed_anywhere_is_no_photo_and_the_same_one_again_is_one(
    city: City, victim: Victim
) -> None:
    name, worker = uuid4(), city.world.people["worker"].pk
    job = {"do": "photo", "who": "worker", "id": str(name), "now": NOW.isoformat()}
    for at in victim.die_everywhere(job):
        assert not Photo.objects.exists(), at
    for _again in range(2):
        photo = photo_store(data=jpeg(), user_id=worker, now=NOW, photo_id=name)
        assert photo.file.storage.exists(str(photo.file.name))
        assert photo.thumb.storage.exists(str(photo.thumb.name))
    assert Photo.objects.get().pk == name


def test_a_job_killed_before_each_of_its_statements_reckons_every_case_once(
    city: City, victim: Victim
) -> None:
    """Some two seconds: each death comes a statement later, until the job has nothing left to die at."""
    cases = [report(city.world) for _n in range(4)]
    under_way = start(city.world, LONGER)
    job = {"do": "rearm", "who": "admin", "now": SOON.isoformat()}
    victim.die("commit", job)
    assert not CaseEvent.objects.filter(action="rearm").exists()
    victim.die("done", job)
    assert [len(rearmed(case)) for case in cases] == [1, 0, 0, 0]
    at = 1
    while victim.try_to_die(at, job) is not None:
        at += 1
    under_way.refresh_from_db()
    assert (under_way.done, at > 19) == (4, True)
    assert [len(rearmed(case)) for case in cases] == [1] * 4
    finish(under_way)
    assert (under_way.state, under_way.done) == ("done", 4)
    assert {case.clock_total for case in Case.objects.all()} == {3 * 3600}
    assert held() == []
