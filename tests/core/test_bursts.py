"""More due than a batch holds: one process works it off over several connections, on PostgreSQL."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from core import dispatcher
from core.dispatcher import Dispatcher
from core.models import Timer, TimerRunner
from core.services.firing import Fired, timers_fire
from core.services.runners import QUEUE
from tests.cast import NOW
from tests.core.hands import Clocks, Watched, run_with
from tests.core.ringing import Bells, hang, rings, set_timers, states
from tests.core.smith import wait_for

BELLS, BATCH = 200, 20
SECOND = timedelta(seconds=1)
pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("committed"),
]


class Callers:
    """Watches over which connections bells ring; with ``two`` the first waits for another one to come."""

    def __init__(self, bells: Bells, *, two: bool = True) -> None:
        self.pids: list[int] = []
        self._ring, self._waits, self._second = bells.fire, two, threading.Event()
        bells.fire = self.fire  # type: ignore[method-assign,assignment]

    def fire(self, *how: Any) -> None:
        self.pids.append(backend())
        if len(set(self.pids)) > 1:
            self._second.set()
        # The first batch comes before anybody can know that there are more. Who waited in vain waits no more.
        self._waits = self._waits and (len(self.pids) == 1 or self._second.wait(20))
        self.lost()
        self._ring(*how)

    @property
    def others(self) -> list[int]:
        """The connections but this one, one for each batch."""
        return [pid for pid in self.pids if pid != backend()]

    def lost(self) -> None:
        """What becomes of a connection."""


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    return int(pid)


def is_gone(pid: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [pid])
        return bool(cursor.fetchone() == (0,))


def much_is_due(clocks: Clocks) -> None:
    hang(*range(BELLS))
    set_timers(range(BELLS), levels=2)
    clocks.now = NOW + 5 * SECOND


def each_rang_twice() -> None:
    assert states() == {"fired": 2 * BELLS}
    assert set(rings().values()) == {2}
    assert not Timer.objects.filter(attempts__gt=0).exists()


def one(connections: int = 2) -> Dispatcher:
    return Dispatcher("one", batch=BATCH, connections=connections)


def test_two_connections_share_it_and_the_second_is_given_back(bells: Bells, clocks: Clocks) -> None:
    much_is_due(clocks)
    callers = Callers(bells)
    assert one().drain(seconds=60) == 2 * BELLS
    each_rang_twice()
    (other,) = set(callers.others)
    wait_for(lambda: is_gone(other), within=10)
    row = TimerRunner.objects.get()
    assert (row.name, row.fired, sum(row.lateness.values())) == ("one", 2 * BELLS, 2 * BELLS)


@pytest.mark.parametrize(
    ("beside", "share"),
    [
        ({"name": "two", "seen_at": NOW + 4 * SECOND}, False),
        ({"name": "two", "seen_at": NOW + 4 * SECOND, "refusing": True}, True),
        ({"name": "two", "seen_at": NOW - 60 * SECOND}, True),
        ({"name": QUEUE, "seen_at": NOW + 4 * SECOND}, True),
    ],
)
def test_with_another_dispatcher_alive_each_has_one(
    bells: Bells, clocks: Clocks, beside: dict[str, Any], share: bool
) -> None:
    much_is_due(clocks)
    TimerRunner.objects.create(started_at=NOW, **beside)
    callers = Callers(bells, two=share)
    assert one().drain(seconds=60) == 2 * BELLS
    assert len(set(callers.pids)) == 1 + share


def test_one_connection_is_enough_where_one_was_asked_for(bells: Bells, clocks: Clocks) -> None:
    much_is_due(clocks)
    callers = Callers(bells, two=False)
    assert one(connections=1).drain(seconds=60) == 2 * BELLS
    assert set(callers.pids) == {backend()}


def test_a_connection_lost_half_way_fires_its_batch_over_another(
    bells: Bells, clocks: Clocks, caplog: pytest.LogCaptureFixture
) -> None:
    much_is_due(clocks)
    callers, killed = Callers(bells), list[int]()

    def lost() -> None:
        if not killed and len(set(callers.pids)) > 1:
            killed.append(backend())
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    callers.lost = lost  # type: ignore[method-assign]
    assert one().drain(seconds=60) == 2 * BELLS
    assert "failed and is tried again in parts" in caplog.text
    each_rang_twice()


def test_another_dispatcher_that_comes_in_the_middle_takes_the_connection_over(
    bells: Bells, clocks: Clocks
) -> None:
    much_is_due(clocks)
    callers = Callers(bells)

    def comes() -> None:
        if len(callers.pids) == 3:
            TimerRunner.objects.create(name="two", started_at=NOW, seen_at=clocks.now)

    callers.lost = comes  # type: ignore[method-assign]
    assert one().drain(seconds=60) == 2 * BELLS
    assert len(callers.pids) >= BELLS / BATCH
    # Its third batch may have begun by then.
    assert 1 <= len(callers.others) <= 3


def away_for(monkeypatch: pytest.MonkeyPatch, whom: Callable[[], bool]) -> None:
    """Have the database be away for whoever is meant, once."""
    times = list[int]()

    def away(**how: Any) -> Fired:
        if not times and whom():
            times.append(1)
            raise OperationalError("away")
        return timers_fire(**how)

    monkeypatch.setattr(dispatcher, "timers_fire", away)


def is_main() -> bool:
    return threading.current_thread() is threading.main_thread()


def test_one_that_can_not_connect_leaves_it_to_the_first(
    bells: Bells, clocks: Clocks, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    much_is_due(clocks)
    away_for(monkeypatch, lambda: not is_main())
    assert one().drain(seconds=60) == 2 * BELLS
    messages = [record.getMessage() for record in caplog.records]
    assert messages == ["one goes on over one connection less: away"]
    each_rang_twice()


def test_when_the_first_loses_the_database_nobody_goes_on_without_it(
    bells: Bells, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    much_is_due(clocks)
    callers, nap = Callers(bells), Watched(clocks, 3)
    away_for(monkeypatch, lambda: is_main() and len(callers.others) > 0)
    found = list[dict[str, int]]()
    monkeypatch.setattr(nap, "wait", lambda seconds: found.append(states()))
    run_with(nap, one())
    assert found[0]["armed"] > 0, "the other one did it all, and nobody said that the process lives"
    each_rang_twice()


def test_told_to_end_all_connections_end_after_their_batch(bells: Bells, clocks: Clocks) -> None:
    much_is_due(clocks)
    nap, threads = Watched(clocks, 100), threading.active_count()
    callers = Callers(bells)
    callers.lost = lambda: nap.end() if len(callers.pids) > 1 else None  # type: ignore[method-assign]
    run_with(nap, one())
    assert threading.active_count() == threads
    assert 0 < states()["armed"] < 2 * BELLS - BATCH
    assert nap.slept == [0.0]
