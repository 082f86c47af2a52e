"""The dispatcher: sleeps until the next moment, says how it is, and fires nothing while clocks differ."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core.dispatcher import RETRY, Dispatcher
from core.models import Timer, TimerRunner
from core.services.runners import QUEUE
from core.tasks import escalate_due
from tests.cast import NOW
from tests.core.hands import Clocks, Watched, run
from tests.core.ringing import Bells, hang, rings, set_timers, states

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_it_sleeps_until_the_next_moment_and_never_longer_than_a_second(bells: Bells, clocks: Clocks) -> None:
    hang("a", "b")
    set_timers("a", NOW + 1.25 * SECOND)
    assert run(clocks, 4).slept == [1.0, 0.25, 1.0, 1.0]
    assert rings() == {"a": 1, "b": 0}
    assert Timer.objects.get().fired_at == NOW + 1.25 * SECOND


def test_it_does_not_sleep_while_more_is_due(bells: Bells, clocks: Clocks) -> None:
    names = [str(n) for n in range(5)]
    hang(*names)
    set_timers(names)
    assert run(clocks, 4, batch=2).slept == [0.0, 0.0, 1.0, 1.0]
    assert bells.batches == [2, 2, 1]


def test_a_busy_subject_is_tried_again_within_ten_milliseconds(bells: Bells, clocks: Clocks) -> None:
    hang("a")
    set_timers("a")
    hold = bells.hold
    answers: list[Any] = [{}, {}]
    bells.hold = lambda subjects: answers.pop() if answers else hold(subjects)  # type: ignore[method-assign]
    assert run(clocks, 3).slept == [RETRY, RETRY, 1.0]
    assert RETRY <= 0.01
    assert rings() == {"a": 1}


def test_it_says_that_it_lives_and_how_late_it_was(bells: Bells, clocks: Clocks) -> None:
    hang("a", "b")
    set_timers("a", NOW - 0.2 * SECOND)
    set_timers("b", NOW - 7200 * SECOND)
    clocks.skew = -0.25
    run(clocks, 3)
    row = TimerRunner.objects.get()
    assert (row.name, row.started_at, row.seen_at, row.skew_ms) == ("one", NOW, NOW + 2 * SECOND, -250)
    assert (row.fired, row.lateness, row.refusing) == (2, {"0.25": 1, "+Inf": 1}, False)
    assert row.late_sum == pytest.approx(7200.2)
    clocks.now += 60 * SECOND
    run(clocks, 1)
    again = TimerRunner.objects.get()
    assert again.started_at == NOW + 63 * SECOND
    assert (again.fired, again.lateness) == (row.fired, row.lateness)


@pytest.mark.parametrize("skew", [5.1, -5.1])
def test_it_fires_nothing_while_the_clocks_differ_and_raises_the_alarm_once_a_minute(
    bells: Bells, clocks: Clocks, caplog: pytest.LogCaptureFixture, skew: float
) -> None:
    hang("a")
    set_timers("a")
    clocks.skew = skew
    assert run(clocks, 70).slept == [1.0] * 70
    assert rings() == {"a": 0}
    assert TimerRunner.objects.get().refusing
    alarms = [record for record in caplog.records if record.levelno == logging.CRITICAL]
    assert len(alarms) == 2
    assert f"{skew:.1f} s" in alarms[0].getMessage()
    clocks.skew = 0.1
    run(clocks, 1)
    assert rings() == {"a": 1}
    assert not TimerRunner.objects.get().refusing


def test_it_says_when_it_fires_again(bells: Bells, clocks: Clocks, caplog) -> None:
    one = Dispatcher("one")
    for clocks.skew in (9.0, 0.0, 9.0):
        one.turn()
    assert [record.levelname for record in caplog.records] == ["CRITICAL", "WARNING", "CRITICAL"]


def test_celery_fires_everything_due_batch_after_batch(bells: Bells, clocks: Clocks, monkeypatch) -> None:
    monkeypatch.setattr("core.dispatcher.BATCH", 2)
    names = [str(n) for n in range(5)]
    hang(*names, "later")
    set_timers(names)
    set_timers(["later"], NOW + SECOND)
    assert escalate_due() == 5
    assert escalate_due() == 0
    assert set(rings().values()) == {0, 1}
    row = TimerRunner.objects.get()
    assert (row.name, row.fired) == (QUEUE, 5)


def test_celery_refuses_as_well_and_says_so(bells: Bells, clocks: Clocks) -> None:
    hang("a")
    set_timers("a")
    clocks.skew = 3600
    assert escalate_due() == 0
    assert TimerRunner.objects.get().refusing


def test_a_task_gives_way_after_its_time(bells: Bells, clocks: Clocks, monkeypatch) -> None:
    hang(*"abcdef")
    set_timers("abcdef")
    ring = bells.fire

    def slow(*how: Any) -> None:
        clocks.now += 15 * SECOND
        ring(*how)

    monkeypatch.setattr(bells, "fire", slow)
    assert Dispatcher("one", batch=2).drain(seconds=20) == 4


def test_drained_by_hand_it_tells_how_many_and_ends(bells: Bells, clocks: Clocks, capsys) -> None:
    hang("a")
    set_timers("a", levels=3)
    clocks.now += 5 * SECOND
    call_command("run_timers", "--drain", "--name", "by hand")
    assert capsys.readouterr().out == "3 timers fired\n"
    assert TimerRunner.objects.get().name == "by hand"


def test_what_was_set_aside_is_listed_and_armed_again(bells: Bells, clocks: Clocks, capsys) -> None:
    hang("a")
    set_timers("a")
    Timer.objects.update(state="aside", error="RuntimeError: cracked")
    call_command("retry_timers")
    said = capsys.readouterr().out
    assert "bell:a each 1.1: aside due 2026-11-23 02:00:00: RuntimeError: cracked" in said
    assert said.endswith("1 timers are armed again\n")
    assert states() == {"armed": 1}


def test_a_process_that_is_ended_before_it_looked_says_nothing(bells: Bells, clocks: Clocks) -> None:
    nap = Watched(clocks, 1)
    nap.end()
    Dispatcher("one").run(nap)
    nap.close()
    assert not TimerRunner.objects.exists()


def test_an_engine_with_one_writer_has_one_connection(bells: Bells, clocks: Clocks, monkeypatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(connection.features, "has_select_for_update_skip_locked", False)
        dispatcher = Dispatcher("one", batch=2, connections=4)
    monkeypatch.setattr(Dispatcher, "_apart", lambda *_how: pytest.fail("there is no other one"))
    hang(*"abcde")
    set_timers("abcde")
    assert dispatcher.drain(seconds=20) == 5


def test_no_connection_at_all_is_refused_in_a_sentence() -> None:
    with pytest.raises(CommandError, match="--connections is 1 or more"):
        call_command("run_timers", "--connections", "0")
