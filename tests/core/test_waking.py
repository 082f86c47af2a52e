"""Naps and clocks: how a sleep ends early, and what a dispatcher does when its database goes away."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from core import clock
from core.waking import Nap, wake
from tests.core.hands import Clocks, run
from tests.core.ringing import Bells, hang, rings, set_timers
from tests.together import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("committed")]


@pytest.fixture
def nap() -> Iterator[Nap]:
    bed = Nap()
    yield bed
    bed.close()


def test_a_nap_is_over_when_it_is_told_to_end(nap: Nap) -> None:
    nap.listen()
    began = time.monotonic()
    threading.Timer(0.05, nap.end).start()
    nap.sleep(10)
    nap.end()
    nap.sleep(10)
    nap.wait(10)
    assert time.monotonic() - began < 5
    assert nap.over


@pytest.mark.postgres
def test_a_nap_ends_when_something_is_armed_for_at_once(nap: Nap) -> None:
    nap.listen()
    nap.listen()
    began = time.monotonic()
    teller = threading.Timer(0.1, at_once, [wake])
    teller.start()
    nap.sleep(10)
    teller.join()
    # One that came with the answer to some statement is not slept over.
    at_once(wake)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    nap.sleep(10)
    assert time.monotonic() - began < 5
    nap.sleep(0.01)
    assert time.monotonic() - began < 5


@pytest.mark.postgres
def test_a_server_that_goes_away_ends_the_nap_and_then_raises(nap: Nap) -> None:
    nap.listen()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (own,) = cursor.fetchone()

    def terminate() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [own])

    at_once(terminate)
    began = time.monotonic()
    nap.sleep(10)  # ended by the server's farewell, after which comes the end of the line
    with pytest.raises(OperationalError):
        nap.sleep(10)
    assert time.monotonic() - began < 5
    connection.close()
    nap.listen()


def test_it_waits_longer_each_time_for_a_database_that_is_away(bells: Bells, clocks: Clocks) -> None:
    hang("a")
    set_timers("a")
    clocks.lost = 9
    nap = run(clocks, 2)
    assert nap.waited == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0]
    assert rings() == {"a": 1}


def test_both_clocks_are_read_and_what_the_asking_took_is_no_difference(monkeypatch) -> None:
    assert clock.reading().skew == pytest.approx(0, abs=0.05)
    for ahead in (10, -10):
        monkeypatch.setattr(clock, "now", lambda ahead=ahead: clock.own() + timedelta(seconds=ahead))
        assert clock.reading().skew == pytest.approx(ahead, abs=0.5)
