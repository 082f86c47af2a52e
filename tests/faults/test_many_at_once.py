"""Two, then twenty people at the same step; one key five hundred times; and a crowd over a few cases."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connections, transaction

from accounts.models import User
from accounts.roles import Role
from cases.models import Case, CaseEvent, Photo
from cases.services.report import case_report
from core.errors import Stale
from core.models import IdempotencyKey
from tests.cases.attempts import later, take
from tests.cast import HOME, NOW
from tests.faults.city import City, Member, build_city
from tests.faults.crowd import Crowd, deadlocks
from tests.faults.model import findings
from tests.together import at_once
from tests.walk import RESIDENT, a_photo, report, usual

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PLACES = {
    "officer": (Role.OFFICER, "500115001"),
    "station": (Role.STATION, "500115"),
    "bureau": (Role.BUREAU, "500115"),
    "cleaner": (Role.UNIT_HANDLER, "unit:cs-clean"),
}
MANY: tuple[Member, ...] = tuple(
    (f"{who}-{number}", f"{who}{number}", role, where)
    for who, (role, where) in PLACES.items()
    for number in range(21)
)
LIFE = (
    ("verify", "officer"), ("submit_plan", "station"), ("approve", "bureau"), ("dispatch", "station"),
    ("finish", "cleaner"), ("pass", "officer"), ("close", "station"),
)  # fmt: skip


@pytest.fixture
def city(transactional_db: None) -> City:
    return build_city(*MANY)


@pytest.mark.parametrize("people", [2, 20])
def test_of_many_at_the_same_step_one_wins_and_the_others_are_told(city: City, people: int) -> None:
    case = report(city.world, "hotline", **RESIDENT)
    for action, group in LIFE:
        case.refresh_from_db()
        results = at_once(*[_step(city, case, action, f"{group}-{n}") for n in range(people)])
        won = [answer for answer in results if isinstance(answer, dict)]
        lost = [answer for answer in results if isinstance(answer, Stale)]
        assert (len(won), len(lost)) == (1, people - 1), (action, results)
        assert {answer.extra["stage"] for answer in lost} == {won[0]["stage"]}
        assert {answer.extra["version"] for answer in lost} == {won[0]["version"]}
        assert CaseEvent.objects.filter(case=case, action=action).count() == 1
    case.refresh_from_db()
    assert (case.stage, case.events_count) == ("closed", len(LIFE) + 1)
    assert findings(drained=False, now=NOW) == []
    # Nobody who lost used up a photo or a key.
    assert IdempotencyKey.objects.count() == len(LIFE) + 1
    assert Photo.objects.filter(case__isnull=False).count() == 3


def _step(city: City, case: Case, action: str, who: str) -> Callable[[], Any]:
    raw = usual(city.world, action, who, "sign", case)
    return partial(take, case, action, city.access(who), raw, now=later(case))


def fifty_at_once(job: Callable[[], Any]) -> list[Any]:
    """The same job ten times in each of fifty threads."""

    def ten() -> list[Any]:
        try:
            return [_ended(job) for _again in range(10)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(50) as pool:
        return [answer for run in [pool.submit(ten) for _thread in range(50)] for answer in run.result()]


def _ended(job: Callable[[], Any]) -> Any:
    try:
        return job()
    except Exception as error:
        return error


def test_one_key_five_hundred_times_is_one_report(city: City) -> None:
    raw = {
        "position": HOME,
        "description": "路灯不亮",
        "photos": [a_photo(city.world, "hotline")],
        **RESIDENT,
    }
    answers = fifty_at_once(lambda: case_report(access=city.access("hotline"), raw=raw, key="one", now=NOW))
    assert len(answers) == 500
    assert all(answer == answers[0] for answer in answers), {repr(answer) for answer in answers}
    assert (Case.objects.count(), CaseEvent.objects.count(), IdempotencyKey.objects.count()) == (1, 1, 1)
    assert answers[0]["follow_code"] == Case.objects.get().follow_code


def test_one_key_five_hundred_times_is_one_step(city: City) -> None:
    case = report(city.world)
    raw, access = usual(city.world, "verify", "officer", "sign", case), city.access("officer")
    answers = fifty_at_once(lambda: take(case, "verify", access, raw, key="one"))
    assert all(answer == answers[0] for answer in answers), {repr(answer) for answer in answers}
    assert isinstance(answers[0], dict)
    assert CaseEvent.objects.filter(case=case).count() == 2
    assert findings(drained=False, now=NOW + timedelta(hours=1)) == []


@pytest.mark.parametrize("action", ["verify", "merge", "note", "void"])
def test_who_waited_for_a_case_that_was_moved_is_told_so(city: City, action: str) -> None:
    """The grid changes under the waiting step; it is stale, not lost, and no fault."""
    case, other = report(city.world), report(city.world, "worker2")
    asked = {"merge": {"into": other.number, "reason": "同一问题"}}
    who = {"verify": "officer", "merge": "officer", "note": "station", "void": "bureau"}[action]
    moving, raw = Barrier(2), asked.get(action) or usual(city.world, action, who, "sign", case)
    there = usual(city.world, "move", "station")

    def move() -> dict[str, Any]:
        with transaction.atomic():
            answer = take(case, "move", city.access("station", later(case)), there)
            moving.wait(10)
            time.sleep(0.5)  # the other one waits for the lock by now
        return answer

    def wait() -> dict[str, Any]:
        moving.wait(10)
        return take(case, action, city.access(who, later(case)), raw)

    moved, waited = at_once(move, wait)
    assert isinstance(moved, dict), moved
    assert isinstance(waited, Stale), waited
    assert waited.extra["version"] == moved["version"]


def test_a_crowd_over_a_few_cases_never_locks_up_and_loses_nothing(city: City) -> None:
    crowd = Crowd(city, seed=1, most_cases=4)
    crowd.run(attempts=600, people=6)
    assert crowd.wrongs() == []
    assert crowd.tally["taken"] > 150
    assert crowd.tally["Stale"] > 5, "they never met"


def test_a_deadlock_would_be_seen(city: City) -> None:
    """The count the crowd looks at moves when two lock the same rows crosswise."""
    meet, rows = Barrier(2), sorted(User.objects.values_list("pk", flat=True)[:2])

    def lock(order: list[int]) -> None:
        with transaction.atomic():
            User.objects.select_for_update().get(pk=order[0])
            meet.wait(10)
            User.objects.select_for_update().get(pk=order[1])

    before = deadlocks()
    results = at_once(lambda: lock(rows), lambda: lock(rows[::-1]))
    assert sum(isinstance(result, OperationalError) for result in results) == 1, results
    assert deadlocks() == before + 1
