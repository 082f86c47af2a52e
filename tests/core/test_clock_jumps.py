"""The database's clock is set while timers wait: back, nothing fires twice; ahead, nothing fires at all."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from core import clock
from core.dispatcher import Dispatcher
from core.models import IdempotencyKey, RateCount, Timer, TimerRunner
from tests.core.ringing import Bells, hang, rings, set_timers, states
from tests.core.wrong_clock import PORT, WrongClock, wrong_clock

pytestmark = pytest.mark.postgres
TABLES = (Timer, TimerRunner, RateCount, IdempotencyKey)
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def elsewhere(django_db_blocker: Any) -> Iterator[WrongClock]:
    """This module's own server in place of the tests' database, with the tables of timers and bells alone."""
    with wrong_clock() as server, django_db_blocker.unblock():
        connection.close()
        usual = dict(connection.settings_dict)
        connection.settings_dict.update(HOST=str(server.place), PORT=PORT, NAME="postgres", USER="postgres")
        try:
            with connection.schema_editor() as editor:
                for table in TABLES:
                    editor.create_model(table)
            yield server
        finally:
            connection.close()
            connection.settings_dict.update(usual)


@pytest.fixture
def server(elsewhere: WrongClock, django_db_blocker: Any) -> Iterator[WrongClock]:
    with django_db_blocker.unblock():
        yield elsewhere
        elsewhere.set("+0")
        for table in TABLES:
            table._default_manager.all().delete()


def test_a_clock_set_back_a_little_fires_nothing_twice(server: WrongClock, bells: Bells) -> None:
    names, one = [str(n) for n in range(10)], Dispatcher("one")
    hang(*names)
    set_timers(names[:5], clock.now())
    set_timers(names[5:], clock.now() + SECOND)
    assert one.turn().fired == 5
    server.set("-3")
    assert one.turn().fired == 0
    assert clock.reading().skew == pytest.approx(-3, abs=0.5)
    assert states() == {"fired": 5, "armed": 5}
    server.set("+0")
    time.sleep(1)
    assert one.turn().fired == 5
    assert set(rings().values()) == {1}


@pytest.mark.parametrize("offset", ["+2h", "-2h"])
def test_while_the_clock_is_far_off_nothing_fires_and_afterwards_what_is_due(
    server: WrongClock, bells: Bells, caplog: pytest.LogCaptureFixture, offset: str
) -> None:
    hang("past", "future")
    now, one = clock.now(), Dispatcher("one")
    set_timers(["past"], now - 3 * 3600 * SECOND)
    set_timers(["future"], now + 3600 * SECOND)
    server.set(offset)
    assert one.drain(seconds=1) == 0
    assert "Set the clocks right" in caplog.text
    assert rings() == {"past": 0, "future": 0}
    assert TimerRunner.objects.get().refusing
    server.set("+0")
    assert one.drain(seconds=1) == 1
    assert rings() == {"past": 1, "future": 0}
    assert not TimerRunner.objects.get().refusing
