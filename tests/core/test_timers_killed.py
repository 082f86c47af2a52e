"""Dispatchers and workers killed outright, Redis emptied: every timer fires all the same, and only once."""

import random
import signal
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.db.models import Count, F, Q

from core import clock
from core.models import IdempotencyKey, OutboxDelivery, Timer, TimerRunner
from core.services.runners import QUEUE
from tests.core.ringing import hang, rings, set_timers, states
from tests.core.smith import Smith, forge, wait_for

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("committed"),
]
BELLS, KILLS = 2500, 12


@pytest.fixture(scope="module")
def smith(django_db_setup: None) -> Iterator[Smith]:
    with forge("tests.core.ringing") as there:
        yield there


@pytest.fixture
def prefix() -> Iterator[str]:
    """Where a worker's keys lie in Redis; swept up afterwards."""
    if not settings.REDIS_URL:
        pytest.skip("needs Redis: set REDIS_URL")
    name = f"tests-{uuid4()}:"
    yield name
    flush(name)


def flush(prefix: str) -> int:
    """Empty Redis, as far as this worker uses it; how many keys went."""
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        keys = list(broker.scan_iter(f"{prefix}*", count=1000))
        return int(broker.delete(*keys)) if keys else 0


def spread(first: int, count: int, begins: float, ends: float) -> None:
    """Bells with a timer each, evenly over some seconds from now."""
    now, width = clock.now(), (ends - begins) / count
    hang(*range(first, first + count))
    for n in range(count):
        set_timers([first + n], now + timedelta(seconds=begins + n * width))


def left() -> int:
    return Timer.objects.filter(state="armed").count()


def each_rang_once(count: int) -> None:
    """Nothing lost, nothing doubled, nothing that failed on the way."""
    assert states() == {"fired": count}
    assert not Timer.objects.filter(attempts__gt=0).exists()
    assert not Timer.objects.filter(fired_at__lt=F("due_at")).exists()
    rung = IdempotencyKey.objects.filter(fingerprint="rung").aggregate(
        all=Count("pk"), names=Count("actor", distinct=True)
    )
    assert rung["all"] == count
    assert sum(rings().values()) == count
    assert set(rings().values()) == {count // rung["names"]}


def each_was_told_once(count: int) -> None:
    heard = IdempotencyKey.objects.filter(fingerprint="heard").count()
    owed = OutboxDelivery.objects.aggregate(
        all=Count("pk"), done=Count("pk", filter=Q(state="done", attempts=0))
    )
    assert (heard, owed) == (count, {"all": count, "done": count})


def told() -> dict[str, int]:
    """What the processes say they fired."""
    return dict(TimerRunner.objects.values_list("name", "fired"))


def lateness() -> list[float]:
    late = Timer.objects.values_list(F("fired_at") - F("due_at"), flat=True)
    return sorted(span.total_seconds() for span in late)


def test_five_thousand_timers_survive_a_dozen_kills(smith: Smith) -> None:
    """Takes about eight seconds: half of the timers fall due at one instant, the others all along."""
    rng, now = random.Random(7), clock.now()
    hang(*range(BELLS))
    moments = [now + timedelta(seconds=1 + rng.random() * 4 if n % 2 else 2) for n in range(BELLS)]
    Timer.objects.bulk_create(
        Timer(subject=f"bell:{n}", rule="each", level=level, due_at=at, wake_at=at)
        for n, first in enumerate(moments)
        for level, at in ((1, first), (2, first + timedelta(seconds=0.7)))
    )
    for name in ("first", "second", "third"):
        smith.start("dispatcher", name=name, batch=20, connections=5)
    wait_for(lambda: clock.now() >= now + timedelta(seconds=1), within=10)
    at_work = together = 0
    for n in range(KILLS):
        time.sleep(rng.uniform(0.1, 0.5))
        at_work += Timer.objects.filter(state="armed", wake_at__lte=clock.now()).exists()
        together += smith.replace(rng.choice(smith.alive), f"next {n}")
    wait_for(lambda: left() == 0, within=30)
    each_rang_once(2 * BELLS)
    assert at_work >= KILLS // 4, "killed only while there was nothing to do"
    assert together, "none was killed while it worked over several connections"
    for pid in list(smith.alive):
        smith.end(pid, signal.SIGTERM)
        wait_for(lambda pid=pid: not smith.is_there(pid), within=5)  # type: ignore[misc]
    assert sum(told().values()) <= 2 * BELLS


def test_celery_alone_and_beside_a_dispatcher_fires_each_timer_once(
    smith: Smith, prefix: str, tmp_path: Path
) -> None:
    """Takes about ten seconds."""
    worker = smith.start("celery", prefix=prefix, schedule=str(tmp_path / "beat"), threads=2)
    spread(0, 10, -1, 0)  # they wait for it to start
    wait_for(lambda: left() == 0, within=60)
    spread(10, 140, 0.2, 3)
    wait_for(lambda: left() == 0, within=30)
    each_rang_once(150)
    assert lateness()[-11] < 5
    wait_for(lambda: told() == {QUEUE: 150}, within=10)
    smith.start("dispatcher", name="beside", batch=20)
    spread(150, 450, 1, 3.5)
    wait_for(lambda: left() == 0, within=30)
    each_rang_once(600)
    wait_for(lambda: not OutboxDelivery.objects.exclude(state="done").exists(), within=30)
    each_was_told_once(600)
    wait_for(lambda: sum(told().values()) == 600, within=10)
    assert told()["beside"] > 0
    assert smith.is_there(worker)
    for pid in list(smith.alive):
        smith.end(pid)


def test_with_redis_emptied_and_the_worker_killed_no_timer_and_no_word_is_lost(
    smith: Smith, prefix: str, tmp_path: Path
) -> None:
    """Takes about ten seconds."""
    now: datetime = clock.now()
    worker = smith.start("celery", prefix=prefix, schedule=str(tmp_path / "beat"), threads=2)
    spread(0, 300, 0, 6)
    wait_for(lambda: left() < 250, within=30)
    assert flush(prefix) > 0
    wait_for(lambda: left() < 200, within=30)
    smith.end(worker)
    flush(prefix)
    wait_for(lambda: clock.now() > now + timedelta(seconds=5), within=10)
    assert left() > 0
    smith.start("celery", prefix=prefix, schedule=str(tmp_path / "beat"), threads=2)
    wait_for(lambda: left() == 0, within=30)
    each_rang_once(300)
    wait_for(lambda: not OutboxDelivery.objects.exclude(state="done").exists(), within=30)
    each_was_told_once(300)
    for pid in list(smith.alive):
        smith.end(pid)
