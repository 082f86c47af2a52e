"""Firing: what is due fires once, in order; what fails stands in nobody's way."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import RateCount, Timer
from core.services import firing
from core.services.timers import timers_fire
from tests.cast import NOW
from tests.core.ringing import Bells, hang, keys, rings, set_timers, states

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_what_is_due_fires_once_and_what_is_not_waits(bells: Bells) -> None:
    hang("a", "b")
    set_timers("a", NOW)
    set_timers("b", NOW + SECOND)
    before = timers_fire(now=NOW - timedelta(microseconds=1))
    assert (before.fired, before.busy, before.next_due) == (0, 0, NOW)
    first = timers_fire(now=NOW)
    assert (first.fired, first.due, first.next_due) == (1, (NOW,), NOW + SECOND)
    assert rings() == {"a": 1, "b": 0}
    last = timers_fire(now=NOW + 5 * SECOND)
    assert (last.fired, last.next_due) == (1, None)
    assert timers_fire(now=NOW + 9 * SECOND).fired == 0
    assert rings() == {"a": 1, "b": 1}
    assert list(Timer.objects.order_by("pk").values_list("fired_at", "due_at")) == [
        (NOW, NOW), (NOW + 5 * SECOND, NOW + SECOND)
    ]  # fmt: skip


def test_only_armed_timers_fire(bells: Bells) -> None:
    hang(*"abcd")
    set_timers("abcd")
    for name, state in (("b", "paused"), ("c", "superseded"), ("d", "aside")):
        Timer.objects.filter(subject=f"bell:{name}").update(state=state)
    assert timers_fire(now=NOW).fired == 1
    assert rings() == {"a": 1, "b": 0, "c": 0, "d": 0}


def test_the_due_rungs_of_a_subject_fire_together_and_in_order_whatever_the_limit(bells: Bells) -> None:
    hang("a", "b")
    set_timers("ab", levels=3)
    assert timers_fire(now=NOW + SECOND, limit=1).fired == 2
    assert [(timer.subject, timer.level) for timer in bells.rung] == [("bell:a", 1), ("bell:a", 2)]
    assert timers_fire(now=NOW + 9 * SECOND, limit=1).fired == 3
    assert [timer.level for timer in bells.rung[2:]] == [1, 2, 3]


def test_after_an_outage_a_rule_fires_each_rung_or_the_highest_alone(bells: Bells) -> None:
    hang("a")
    set_timers("a", rule="each", levels=3)
    set_timers("a", rule="highest", levels=3)
    assert timers_fire(now=NOW + SECOND).fired == 4
    assert [key for key in keys() if key[2] == "outrun"] == [("bell:a", "highest 1.1", "outrun")]
    assert rings() == {"a": 3}
    timers_fire(now=NOW + 2 * SECOND)
    assert [key[2] for key in keys()].count("outrun") == 1


def test_a_rung_that_has_fired_when_its_handler_asks_is_not_among_those_armed(bells: Bells) -> None:
    hang("a")
    set_timers("a")
    seen = []
    bells.fire = lambda held, due, now: seen.append(states())  # type: ignore[method-assign]
    timers_fire(now=NOW)
    assert seen == [{"fired": 1}]


def test_a_timer_whose_subject_is_gone_is_tried_no_more(bells: Bells) -> None:
    hang("a")
    set_timers("ab")
    fired = timers_fire(now=NOW)
    assert (fired.fired, fired.busy, fired.failed) == (1, 0, 0)
    assert states() == {"fired": 1, "superseded": 1}


def test_a_busy_subject_stays_armed_and_fires_when_it_is_free(bells: Bells) -> None:
    hang("a", "b")
    set_timers("ab")
    hold = bells.hold
    bells.hold = lambda subjects: hold(subjects - {"bell:a"})  # type: ignore[method-assign,operator]
    fired = timers_fire(now=NOW)
    assert (fired.fired, fired.busy, fired.next_due) == (1, 1, NOW)
    bells.hold = hold  # type: ignore[method-assign]
    assert timers_fire(now=NOW + SECOND).fired == 1
    assert rings() == {"a": 1, "b": 1}
    assert set(Timer.objects.values_list("attempts", flat=True)) == {0}


def test_busy_subjects_do_not_stand_before_those_that_are_free(bells: Bells) -> None:
    names = [f"{n:02}" for n in range(20)]
    hang(*names)
    set_timers(names)
    hold = bells.hold
    busy = {f"bell:{name}" for name in names[:19]}
    bells.hold = lambda subjects: hold(set(subjects) - busy)  # type: ignore[method-assign]
    fired = timers_fire(now=NOW, limit=4)
    assert (fired.fired, fired.busy) == (1, 19)
    assert rings()["19"] == 1


def test_one_that_fails_does_not_stop_the_others_and_is_put_off(bells: Bells) -> None:
    names = [str(n) for n in range(9)]
    hang(*names)
    set_timers(names)
    bells.cracked = {"bell:4"}
    fired = timers_fire(now=NOW)
    assert (fired.fired, fired.failed, fired.busy) == (8, 1, 0)
    assert rings() == {name: int(name != "4") for name in names}
    timer = Timer.objects.get(state="armed")
    assert (timer.attempts, timer.wake_at, timer.due_at) == (1, NOW + 2 * SECOND, NOW)
    assert timer.error == "RuntimeError: ['bell:4'] is cracked"
    bells.cracked = set()
    assert timers_fire(now=NOW + SECOND).fired == 0
    assert timers_fire(now=NOW + 2 * SECOND).fired == 1
    assert rings()["4"] == 1


def test_of_a_subject_only_the_rung_that_fails_is_put_off(bells: Bells) -> None:
    hang("a")
    set_timers("a", levels=3)
    ring = bells.fire

    def fire(held, due, now) -> None:
        ring(held, due, now)
        if 2 in [timer.level for timer in due]:
            raise RuntimeError("not the second")

    bells.fire = fire  # type: ignore[method-assign]
    fired = timers_fire(now=NOW + 9 * SECOND)
    assert (fired.fired, fired.failed) == (2, 1)
    assert list(Timer.objects.order_by("level").values_list("state", flat=True)) == [
        "fired",
        "armed",
        "fired",
    ]
    assert rings() == {"a": 2}


def test_after_eight_attempts_it_is_set_aside_for_a_person_to_look_at(bells: Bells) -> None:
    hang("a")
    set_timers("a")
    bells.cracked = {"bell:a"}
    moment, waits = NOW, []
    while (fired := timers_fire(now=moment)).failed:
        timer = Timer.objects.get()
        waits.append(int((timer.wake_at - moment).total_seconds()))
        assert fired.next_due == (timer.wake_at if timer.state == "armed" else None)
        moment = timer.wake_at
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256]
    assert (timer.state, timer.attempts) == ("aside", 8)


def test_errors_are_kept_without_anybodys_number(bells: Bells) -> None:
    hang("a")
    set_timers("a")
    bells.fire = lambda held, due, now: int("call 13912345678 \x00")  # type: ignore[method-assign,assignment]
    timers_fire(now=NOW)
    error = Timer.objects.get().error
    assert error.startswith("ValueError")
    assert "13912345678" not in error
    assert "\x00" not in error


def test_a_room_that_is_not_installed_stops_no_other(bells: Bells) -> None:
    hang("a")
    set_timers("a")
    Timer.objects.create(subject="ghost:1", rule="each", due_at=NOW - SECOND, wake_at=NOW - SECOND)
    fired = timers_fire(now=NOW)
    assert (fired.fired, fired.failed) == (1, 1)
    assert Timer.objects.get(subject="ghost:1").error == "KeyError: 'ghost'"


@pytest.mark.parametrize(
    "since", [{"state": "fired", "fired_at": NOW}, {"attempts": 1}, {"state": "superseded"}]
)
def test_a_fault_is_not_noted_on_what_somebody_else_settled_since(bells: Bells, monkeypatch, since) -> None:
    hang("a")
    set_timers("a")
    bells.cracked = {"bell:a"}
    note = firing._postpone

    def after_another(*args):
        Timer.objects.update(**since)
        return note(*args)

    monkeypatch.setattr(firing, "_postpone", after_another)
    assert timers_fire(now=NOW).failed == 0
    row = Timer.objects.values("state", "attempts", "error", "wake_at", "fired_at").get()
    assert row == {"state": "armed", "attempts": 0, "error": "", "wake_at": NOW, "fired_at": None} | since


def test_a_claimed_timer_that_changed_all_the_same_takes_everything_back(bells: Bells, monkeypatch) -> None:
    hang("a")
    set_timers("a")
    mark = firing._mark

    def too_late(timers, **how) -> None:
        Timer.objects.filter(pk__in=[timer.id for timer in timers]).update(state="superseded")
        mark(timers, **how)

    monkeypatch.setattr(firing, "_mark", too_late)
    fired = timers_fire(now=NOW)
    assert (fired.fired, fired.failed) == (0, 1)
    assert rings() == {"a": 0}
    assert states() == {"armed": 1}


def test_a_batch_of_any_size_takes_the_same_few_statements(bells: Bells) -> None:
    counts = []
    for portion in (range(10), range(10, 110)):
        hang(*portion)
        set_timers(portion)
        with CaptureQueriesContext(connection) as queries:
            assert timers_fire(now=NOW).fired == len(portion)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
    assert RateCount.objects.filter(count=1).count() == 110
