"""Arming: the timers of a subject become exactly what is wanted, and what happened does not happen again."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core import waking
from core.models import Timer
from core.services.timers import (
    KEPT_FOR,
    timers_armed,
    timers_fired,
    timers_forget,
    timers_retry,
    timers_sync,
    timers_sync_many,
)
from core.timers import Wanted
from tests.cast import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def wanted(*levels: int, generation: int = 1, rule: str = "stage") -> list[Wanted]:
    return [Wanted(rule, level, generation, NOW + level * HOUR) for level in levels]


def sync(want: list[Wanted], subject: str = "case:1", now: datetime = NOW, paused: bool = False) -> int:
    """Read and sync as a step does; how many statements the sync took."""
    known = timers_armed(subject)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        timers_sync(subject=subject, wanted=want, known=known, now=now, paused=paused)
    return len(queries)


def rows(subject: str = "case:1") -> list[tuple[int, int, str]]:
    timers = Timer.objects.filter(subject=subject).order_by("generation", "level")
    return list(timers.values_list("generation", "level", "state"))


def test_what_is_wanted_is_armed_for_its_moment_in_one_statement() -> None:
    assert sync(wanted(1, 2, 3)) == 1
    assert rows() == [(1, 1, "armed"), (1, 2, "armed"), (1, 3, "armed")]
    first = timers_armed("case:1")[0]
    assert (first.due_at, first.wake_at, first.fired_at) == (NOW + HOUR, NOW + HOUR, None)


def test_what_is_there_already_costs_nothing() -> None:
    sync(wanted(1, 2))
    assert sync(wanted(1, 2)) == 0
    assert sync([], subject="case:2") == 0


def test_the_timers_of_a_subject_are_read_in_one_query(django_assert_num_queries) -> None:
    sync(wanted(2, 1))
    sync(wanted(3), subject="case:11")
    with django_assert_num_queries(1):
        assert [timer.level for timer in timers_armed("case:1")] == [1, 2]


def test_a_new_generation_supersedes_the_old_one_in_one_statement() -> None:
    sync(wanted(1, 2))
    assert sync(wanted(2, 3, generation=2)) == 1
    assert rows() == [(1, 1, "superseded"), (1, 2, "superseded"), (2, 2, "armed"), (2, 3, "armed")]


def test_suspension_pauses_and_the_end_of_it_supersedes_what_was_paused() -> None:
    sync(wanted(1, 2))
    ends = wanted(9, rule="suspension_ends")
    assert sync(ends, paused=True) == 1
    assert rows() == [(1, 1, "paused"), (1, 2, "paused"), (1, 9, "armed")]
    assert sync(ends, paused=True) == 0
    sync(wanted(1, 2, generation=2))
    assert [state for *_key, state in rows()] == ["superseded"] * 3 + ["armed"] * 2


@pytest.mark.parametrize("paused", [True, False])
def test_what_was_stopped_is_armed_again_under_the_same_key(paused: bool) -> None:
    sync(wanted(1, 2))
    sync(wanted(2), paused=paused)
    sync(wanted(1, 2))
    assert rows() == [(1, 1, "armed"), (1, 2, "armed")]


def test_what_fired_is_not_armed_again() -> None:
    sync(wanted(1, 2))
    timers_fired(timers=timers_armed("case:1")[:1], now=NOW + HOUR)
    sync(wanted(1, 2))
    assert rows() == [(1, 1, "fired"), (1, 2, "armed")]


def test_another_moment_needs_a_new_generation() -> None:
    sync(wanted(1))
    known = timers_armed("case:1")
    with pytest.raises(ValueError, match="new generation"):
        timers_sync(subject="case:1", wanted=[Wanted("stage", 1, 1, NOW)], known=known, now=NOW)


def test_many_subjects_are_synced_by_a_handful_of_statements(django_assert_max_num_queries) -> None:
    names = [f"case:{n}" for n in range(300)]
    sync(wanted(1, 2), subject="case:0")
    with django_assert_max_num_queries(4):
        assert timers_sync_many(wanted={name: wanted(2, 3) for name in names}, now=NOW) == 300 * 2
    with django_assert_max_num_queries(4):
        changed = timers_sync_many(wanted=dict.fromkeys(names[:2], ()), now=NOW, paused=[names[1]])
    assert changed == 4
    assert rows("case:0") == [(1, 1, "superseded"), (1, 2, "superseded"), (1, 3, "superseded")]
    assert rows("case:1") == [(1, 2, "paused"), (1, 3, "paused")]
    assert rows("case:299") == [(1, 2, "armed"), (1, 3, "armed")]


def test_nothing_of_a_step_that_is_taken_back_stays_armed() -> None:
    with transaction.atomic():
        sync(wanted(1))
        transaction.set_rollback(True)
    assert rows() == []


@pytest.mark.parametrize(("due", "woken"), [(1, 1), (1.01, 0), (-5, 1)])
def test_sleeping_dispatchers_are_woken_only_for_what_is_due_within_a_second(
    monkeypatch: pytest.MonkeyPatch, due: float, woken: int
) -> None:
    calls: list[None] = []
    monkeypatch.setattr(waking, "wake", lambda: calls.append(None))
    sync([Wanted("stage", 1, 1, NOW + timedelta(seconds=due))])
    sync([])
    assert len(calls) == woken


def test_a_step_marks_what_it_settled_itself() -> None:
    sync(wanted(1, 2, 3))
    first, second, third = timers_armed("case:1")
    Timer.objects.filter(pk=second.pk).update(state="aside")  # a dispatcher gave it up in between
    timers_fired(timers=[first, second.pk], now=NOW + 2 * HOUR)
    timers_fired(timers=[], now=NOW)
    assert [state for *_key, state in rows()] == ["fired", "fired", "armed"]
    assert Timer.objects.get(pk=first.pk).fired_at == NOW + 2 * HOUR
    with pytest.raises(RuntimeError, match="armed"), transaction.atomic():
        timers_fired(timers=[first, third], now=NOW)
    assert [timer.level for timer in timers_armed("case:1")] == [3]


def test_what_was_set_aside_is_armed_again_by_hand() -> None:
    sync(wanted(1))
    Timer.objects.update(state="aside", attempts=8, error="x")
    assert timers_retry(now=NOW + 5 * HOUR) == 1
    timer = Timer.objects.get()
    assert (timer.state, timer.attempts, timer.wake_at) == ("armed", 0, NOW + 5 * HOUR)
    assert timer.due_at == NOW + HOUR


def test_what_is_over_is_forgotten_in_time_and_what_runs_never() -> None:
    sync(wanted(1, 2, 3, 4, 5))
    ids = [timer.pk for timer in timers_armed("case:1")]
    timers_fired(timers=ids[:1], now=NOW + HOUR)
    for pk, state in zip(ids[1:4], ("superseded", "paused", "aside"), strict=True):
        Timer.objects.filter(pk=pk).update(state=state)
    assert timers_forget(now=NOW + HOUR + KEPT_FOR) == 0
    assert timers_forget(now=NOW + 10 * HOUR + KEPT_FOR) == 2
    assert [state for *_key, state in rows()] == ["paused", "aside", "armed"]


def test_forgetting_goes_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.services.timers._PORTION", 2)
    sync(wanted(1, 2, 3, 4, 5))
    sync([])
    later = NOW + 10 * HOUR + KEPT_FOR
    assert timers_forget(now=later, portions=1) == 2
    assert timers_forget(now=later) == 3
