"""Sending: at least once, under one key, paced, again after a fault, given up in the end."""

import signal
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError

from core import clock
from notices import tasks
from notices.channels.robots import RobotChannel
from notices.management.commands import deliver
from notices.models import ChannelDelivery, Gate, Notice
from notices.services.deliveries import Which, deliveries_drop, deliveries_retry
from notices.services.drain import Drained, channels_drain, deliveries_forget
from tests.cast import NOW
from tests.notices.people import (
    MORNING,
    NIGHT,
    a_person,
    a_robot,
    a_unit,
    drain,
    gate,
    states,
    tell,
)
from tests.notices.sinks import WebSink, answer, huge, web_sink
from tests.together import at_once

pytestmark = pytest.mark.django_db
PACE = 3.2


@pytest.fixture
def sink() -> Iterator[WebSink]:
    with web_sink() as made:
        yield made


@pytest.fixture
def group(sink: WebSink) -> Any:
    """A unit with two people and a signed webhook."""
    unit = a_unit()
    a_robot(unit, sink.url, "generic")
    return [a_person("zhang", unit=unit), a_person("li", name="李四", phone="13912345678", unit=unit)]


def keys(sink: WebSink) -> list[str]:
    return [one.headers["Idempotency-Key"] for one in sink.came]


def test_what_is_due_together_goes_out_in_one_message(group: Any, sink: WebSink) -> None:
    for cause in "abc":
        tell(*group, cause=cause)
    assert drain().sent == 6
    (came,) = sink.came
    assert [[p["name"] for p in n["people"]] for n in came.json["notices"]] == [["张三", "李四"]] * 3
    assert (set(states()), drain(60).sent) == ({"sent"}, 0)


def test_a_robot_speaks_at_most_twenty_times_a_minute(group: Any, sink: WebSink) -> None:
    tell(*group, cause="first")
    drain()
    at, said = 0.0, 0
    while at < 60:
        tell(*group, cause=f"c{at}", now=NOW + timedelta(seconds=at))
        drain(at)
        at, said = at + 0.5, len(sink.came)
    assert 15 < said <= 20
    drain(70)
    told = {notice["key"] for one in sink.came for notice in one.json["notices"]}
    assert len(told) == 121


@pytest.mark.parametrize("status", [500, 503, 429, 408, 425])
def test_a_passing_fault_is_tried_again_under_the_same_key(group: Any, sink: WebSink, status: int) -> None:
    sink.behave(answer(status), answer())
    tell(*group)
    drain()
    assert set(states()) == {"pending"}
    assert drain(1).sent == 0  # not yet
    assert drain(10).sent == 2
    first, second = keys(sink)
    assert first == second
    assert sink.came[0].body == sink.came[1].body


@pytest.mark.parametrize("status", [301, 302, 400, 401, 403, 404, 410, 413])
def test_a_lasting_fault_is_given_up_at_once(group: Any, sink: WebSink, status: int) -> None:
    sink.behave(answer(status, Location="http://127.0.0.1/"))
    tell(*group)
    drain()
    assert set(states()) == {"dead"}
    assert str(status) in ChannelDelivery.objects.all()[0].error
    assert drain(3600).sent == 0
    assert len(sink.came) == 1


@pytest.mark.parametrize("asked", ["600", "Mon, 23 Nov 2026 02:10:00 GMT"])
def test_a_receiver_that_asks_to_wait_is_left_alone_so_long(group: Any, sink: WebSink, asked: str) -> None:
    sink.behave(answer(503, Retry_After=asked), answer())
    tell(group[0], cause="a")
    drain()
    tell(group[1], cause="b", now=NOW + timedelta(seconds=5))
    assert (drain(599).sent, len(sink.came)) == (0, 1)
    assert drain(601).sent == 1
    assert drain(610).sent == 1


def test_a_receiver_that_fails_is_tried_by_one_message_for_all(group: Any, sink: WebSink) -> None:
    sink.behave(answer(500))
    tell(group[0], cause="a")
    drain()
    for n in range(5):
        tell(group[0], cause=f"b{n}", now=NOW + timedelta(seconds=n))
    assert [drain(after).failed for after in (1, 2, 3)] == [0, 0, 0]
    assert gate("robot:" + str(ChannelDelivery.objects.all()[0].target.split(":")[1])).failures == 1
    drain(8)
    assert len(sink.came) == 2


def test_one_that_fails_long_enough_is_given_up_and_can_be_sent_again(group: Any, sink: WebSink) -> None:
    sink.behave(answer(500))
    tell(group[0])
    at = 0.0
    while states() == ["pending"]:
        drain(at)
        at += 1900
    assert 24 * 3600 < at < 26 * 3600
    sink.behave(answer())
    moment = NOW + timedelta(seconds=at)
    assert deliveries_retry(access=None, which=Which(channel="robot"), now=moment) == 1
    assert drain(at).sent == 1
    assert len(set(keys(sink))) == 1


def test_after_an_outage_of_our_own_a_message_has_its_tries(group: Any, sink: WebSink) -> None:
    sink.behave(answer(500), answer())
    tell(group[0])
    week = timedelta(days=7).total_seconds()
    assert drain(week).failed == 1
    assert states() == ["pending"]
    assert drain(week + 10).sent == 1


def test_what_a_killed_process_held_is_free_when_its_claim_runs_out(group: Any, sink: WebSink) -> None:
    tell(*group)
    drain()
    # As it stands when a process dies between sending and writing that down.
    lease = NOW + timedelta(minutes=1)
    ChannelDelivery.objects.update(state="pending", settled_at=None, claimed_until=lease)
    Gate.objects.update(free_at=lease)
    assert drain(59).sent == 0
    assert drain(60).sent == 2
    assert len(set(keys(sink))) == 1


def test_what_comes_late_into_quiet_hours_waits_for_their_end(group: Any, sink: WebSink) -> None:
    ChannelDelivery.objects.all().delete()
    robot = a_robot(group[0].unit, sink.url, "generic", name="夜", quiet_from="21:00", quiet_to="07:00")
    tell(group[0], now=NOW)
    drain(now=NIGHT)
    waiting = ChannelDelivery.objects.get(target=f"robot:{robot.pk}")
    assert (waiting.state, waiting.next_at) == ("pending", MORNING)
    tell(group[0], cause="fire", now=NIGHT, urgent=True)
    drain(5, now=NIGHT)
    assert [n["key"] for n in sink.came[-1].json["notices"]] == ["fire"]
    assert drain(now=MORNING).sent == 1


def test_a_robot_switched_off_drops_what_waits_for_it(group: Any, sink: WebSink) -> None:
    tell(*group)
    group[0].unit.robots.all().delete()
    drain()
    assert (set(states()), sink.came) == ({"dropped"}, [])


def test_what_is_redacted_meanwhile_is_sent_as_it_stands_then(group: Any, sink: WebSink) -> None:
    tell(group[0])
    Notice.objects.update(facts={"number": "1", "what": "[…]"})
    drain()
    assert "暴露垃圾" not in sink.came[0].body.decode()


def test_a_hostile_receiver_holds_up_nobody_else(group: Any, sink: WebSink, monkeypatch: Any) -> None:
    monkeypatch.setattr("core.http.SECONDS", 0.3)
    over = threading.Event()
    with web_sink() as hanging, web_sink() as endless:
        hanging.behave(lambda handler: over.wait(5))
        endless.behave(huge)
        for made in (hanging, endless):
            a_robot(group[0].unit, made.url, name="x")
        tell(group[0])
        drained = drain()
        over.set()
    assert (drained.sent, drained.failed) == (1, 2)
    assert len(sink.came) == 1


def test_a_drain_stops_at_its_limit_and_says_so(group: Any, sink: WebSink) -> None:
    for cause in "abc":
        tell(*group, cause=cause)
    drained = channels_drain(now=NOW, limit=1)
    assert (drained.sent, drained.more) == (6, True)


def test_dropping_asks_why(group: Any, sink: WebSink) -> None:
    sink.behave(answer(404))
    tell(*group)
    drain()
    ids = list(ChannelDelivery.objects.values_list("pk", flat=True))
    assert deliveries_drop(access=None, which=Which(ids=ids[:1]), reason="群已解散", now=NOW) == 2
    assert set(states()) == {"dropped"}


def test_what_was_settled_is_forgotten_in_time(group: Any) -> None:
    tell(*group)
    drain()
    assert deliveries_forget(now=NOW + timedelta(days=29)) == 0
    assert deliveries_forget(now=NOW + timedelta(days=31)) == 2
    assert Notice.objects.count() == 2


def test_the_command_writes_and_sends_what_is_owed(group: Any, sink: WebSink, capsys: Any) -> None:
    tell(*group, now=clock.now())
    call_command("deliver", "--once")
    assert capsys.readouterr().out == "2 sent\n"
    assert len(sink.came) == 1


def test_the_sweeper_waits_while_the_database_is_away_and_ends_when_told(
    monkeypatch: Any, capsys: Any
) -> None:
    rounds = []

    def round_of() -> int:
        rounds.append(1)
        if len(rounds) == 1:
            raise OperationalError("gone")
        signal.raise_signal(signal.SIGTERM)
        return 0

    monkeypatch.setattr(deliver, "round_of", round_of)
    monkeypatch.setattr(deliver, "SECONDS", 0.01)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    call_command("deliver")
    for number, handler in before.items():
        signal.signal(number, handler)
    assert len(rounds) == 2
    assert "OperationalError" in capsys.readouterr().err


def test_celery_calls_the_same_and_once_more_while_there_is_more(
    group: Any, sink: WebSink, monkeypatch: Any
) -> None:
    again = []
    monkeypatch.setattr(tasks.drain_channels, "apply_async", lambda **how: again.append(how))
    tell(*group, now=clock.now())
    assert (tasks.drain_channels(), again) == (2, [])
    monkeypatch.setattr(tasks, "channels_drain", lambda **how: Drained(sent=3, more=True))
    assert (tasks.drain_channels(), again) == (3, [{"expires": 5}])
    ChannelDelivery.objects.update(settled_at=NOW.replace(year=2020))
    assert tasks.forget_deliveries() == 2


def test_a_fault_of_our_own_is_written_down_without_words_of_the_notice(
    group: Any, sink: WebSink, monkeypatch: Any
) -> None:
    def broken(*args: Any) -> Any:
        raise RuntimeError("暴露垃圾")

    monkeypatch.setattr(RobotChannel, "prepare", broken)
    tell(group[0])
    assert drain().failed == 1
    waiting = ChannelDelivery.objects.get()
    assert (waiting.state, waiting.error) == ("pending", "broken|RuntimeError")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_at_once_send_nothing_twice(sink: WebSink) -> None:
    unit = a_unit()
    people = [a_person(f"p{n}", unit=unit) for n in range(5)]
    for name in range(12):
        a_robot(unit, sink.url, "generic", name=str(name))
    tell(*people)
    drained = at_once(*[drain] * 4)
    assert sum(one.sent for one in drained) == 60
    assert len(keys(sink)) == len(set(keys(sink))) == 12
