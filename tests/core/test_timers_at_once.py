"""Dispatchers and steps at the same moment, on PostgreSQL: each rung once, and no dispatcher waits."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import F

from core.models import IdempotencyKey, RateCount, Timer
from core.services.timers import timers_armed, timers_fire, timers_fired, timers_sync
from core.timers import Wanted
from tests.cast import NOW
from tests.core.ringing import Bells, hang, rings, set_timers, states
from tests.together import at_once

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("committed"),
]
SECOND = timedelta(seconds=1)
LATER = NOW + 60 * SECOND


def dispatch(limit: int = 40) -> int:
    """Fire until nothing is left."""
    fired = 0
    while True:
        came = timers_fire(now=LATER, limit=limit)
        fired += came.fired
        if came.next_due is None or came.next_due > LATER:
            return fired
        if not came.fired:
            time.sleep(0.002)


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        (count,) = cursor.fetchone()
    return int(count)


def each_rang_once() -> None:
    """Every timer that fired left one key and one ring, and none was tried in vain."""
    fired = Timer.objects.filter(state="fired").count()
    assert set(Timer.objects.values_list("attempts", flat=True)) == {0}
    assert IdempotencyKey.objects.count() == fired
    assert sum(rings().values()) == IdempotencyKey.objects.filter(fingerprint="rung").count()


@contextmanager
def held_by_another(lock: Any) -> Iterator[None]:
    """Something locked by another connection's transaction while the block runs."""
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            lock()
            taken.set()
            done.wait(30)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert taken.wait(10)
        yield
    finally:
        done.set()
        holder.join()


@pytest.mark.parametrize("dispatchers", [2, 4])
def test_however_many_dispatchers_each_timer_fires_once(bells: Bells, dispatchers: int) -> None:
    before, names = deadlocks(), [str(n) for n in range(500)]
    hang(*names)
    set_timers(names, levels=3)
    shares = at_once(*[dispatch] * dispatchers)
    assert sum(shares) == 1500, shares
    assert sum(share > 0 for share in shares) > 1
    assert states() == {"fired": 1500}
    assert set(rings().values()) == {3}
    each_rang_once()
    assert deadlocks() == before
    orders = {
        name: [timer.level for timer in bells.rung if timer.subject == f"bell:{name}"] for name in names[:50]
    }
    assert {tuple(levels) for levels in orders.values()} == {(1, 2, 3)}


def step(rng: random.Random, names: list[str]) -> None:
    """What a step of a case does: lock, settle what is due itself, or move all moments."""
    name = rng.choice(names)
    with transaction.atomic():
        pk = RateCount.objects.select_for_update().get(client=name).pk
        known = timers_armed(f"bell:{name}")
        due = [timer for timer in known if timer.state == "armed" and timer.due_at <= LATER]
        if rng.random() < 0.5 and due:
            for timer in due:
                key = f"{timer.rule} {timer.level}.{timer.generation}"
                IdempotencyKey.objects.create(
                    actor=timer.subject, key=key, fingerprint="rung", created_at=LATER
                )
            RateCount.objects.filter(pk=pk).update(count=F("count") + len(due))
            timers_fired(timers=due, now=LATER)
        else:
            generation = 1 + Timer.objects.filter(subject=f"bell:{name}").latest("generation").generation
            moments = [(level, NOW + rng.randint(0, 90) * SECOND) for level in (1, 2, 3)]
            wanted = [Wanted("each", level, generation, at) for level, at in moments]
            timers_sync(
                subject=f"bell:{name}", wanted=wanted, known=known, now=LATER, paused=rng.random() < 0.3
            )


def test_steps_and_dispatchers_on_the_same_subjects_settle_each_timer_once(bells: Bells) -> None:
    before, names = deadlocks(), [str(n) for n in range(30)]
    hang(*names)
    set_timers(names, levels=3)
    over = threading.Event()

    def steps(seed: int) -> None:
        rng = random.Random(seed)
        for _step in range(120):
            step(rng, names)

    def fire() -> None:
        while not over.is_set():
            timers_fire(now=LATER, limit=7)

    walkers = [lambda seed=seed: steps(seed) for seed in range(3)]

    def walk() -> list[Any]:
        try:
            return at_once(*walkers)
        finally:
            over.set()

    results = at_once(walk, fire, fire)
    assert results == [[None] * 3, None, None], results
    dispatch()
    each_rang_once()
    assert deadlocks() == before
    assert not Timer.objects.filter(state="armed", due_at__lte=LATER).exists()
    assert states()["fired"] > 90
    assert {"superseded", "paused"} < set(states())


def test_a_held_subject_is_passed_over_without_waiting(bells: Bells) -> None:
    hang("a", "b", "c")
    set_timers("abc")
    with held_by_another(lambda: RateCount.objects.select_for_update().get(client="b")):
        began = time.monotonic()
        came = timers_fire(now=LATER)
        assert time.monotonic() - began < 1
    assert (came.fired, came.busy) == (2, 1)
    assert dispatch() == 1


def test_a_subject_another_dispatcher_looks_at_is_left_to_it_whole(bells: Bells) -> None:
    hang("a", "b")
    set_timers("ab", levels=2)
    first = Timer.objects.get(subject="bell:a", level=1).pk
    with held_by_another(lambda: Timer.objects.select_for_update().get(pk=first)):
        came = timers_fire(now=LATER)
    assert (came.fired, came.busy) == (2, 1)
    assert [timer.subject for timer in bells.rung] == ["bell:b", "bell:b"]
    assert dispatch() == 2
    assert [timer.level for timer in bells.rung[2:]] == [1, 2]


def test_a_handler_that_comes_to_a_locked_row_gives_up_within_a_second(bells: Bells) -> None:
    hang("a", "b", "other")
    set_timers("ab")
    ring = bells.fire

    def fire(held: Any, due: Any, now: Any) -> None:
        ring(held, due, now)
        if "bell:a" in {timer.subject for timer in due}:
            RateCount.objects.filter(client="other").update(count=F("count") + 0)

    bells.fire = fire  # type: ignore[method-assign]
    with held_by_another(lambda: RateCount.objects.select_for_update().get(client="other")):
        began = time.monotonic()
        came = timers_fire(now=LATER)
        assert time.monotonic() - began < 6
    assert (came.fired, came.failed) == (1, 1)
    assert "lock timeout" in Timer.objects.get(state="armed").error
