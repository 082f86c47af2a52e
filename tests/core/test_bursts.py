"""More due than a batch holds: one process works it off over several connections, on PostgreSQL."""

import threading
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
from tests.core.hands import Clocks, Watched
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
        self._ring, self._two, self._second = bells.fire, two, threading.Event()
        bells.fire = self.fire  # type: ignore[method-assign,assignment]

    def fire(self, *how: Any) -> None:
        self.pids.append(backend())
        if len(set(self.pids)) > 1:
            self._second.set()
        # The first batch comes before anybody can know that there are more.
        if self._two and len(self.pids) > 1:
            assert self._second.wait(30), "nobody came to help"
        self.lost()
        self._ring(*how)

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
    (other,) = set(callers.pids) - {backend()}
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


def test_a_database_lost_beside_is_as_one_lost_at_home(
    bells: Bells, clocks: Clocks, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    much_is_due(clocks)

    def away(**how: Any) -> Fired:
        if threading.current_thread() is not threading.main_thread() and not caplog.records:
            raise OperationalError("away")
        return timers_fire(**how)

    monkeypatch.setattr(dispatcher, "timers_fire", away)
    nap = Watched(clocks, 3)
    one().run(nap)
    nap.close()
    assert [record.getMessage() for record in caplog.records] == [
        "one lost the database and tries again in 0.1 s: away"
    ]
    assert nap.waited == [0.1]
    each_rang_twice()


def test_told_to_end_all_connections_end_after_their_batch(bells: Bells, clocks: Clocks) -> None:
    much_is_due(clocks)
    nap, threads = Watched(clocks, 100), threading.active_count()
    callers = Callers(bells)
    callers.lost = lambda: nap.end() if len(callers.pids) > 1 else None  # type: ignore[method-assign]
    one().run(nap)
    nap.close()
    assert threading.active_count() == threads
    assert 0 < states()["armed"] < 2 * BELLS - BATCH
    assert nap.slept == [0.0]
