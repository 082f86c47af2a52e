"""How late timers fire, how many a second, and what becomes of them when processes are killed.

Run as `make bench-timers`, which takes the PostgreSQL of DATABASE_URL and the Redis of REDIS_URL (both on
this machine by default). It makes a database of its own, fills it with some four hundred thousand made-up
cases, prints each figure beside its bar, drops the database and ends after some minutes; with 1 when a
figure misses its bar. Every firing has all its effects: event, supervision, marks, outbox and delivery.
"""

import os
import random
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citymgmt.settings")
os.environ.setdefault("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:6379/0")
django.setup()

import redis  # noqa: E402
from django.conf import settings  # noqa: E402

from bench import timers_bare as bare  # noqa: E402
from bench import timers_city as city  # noqa: E402
from bench.timers_record import PLACE  # noqa: E402
from cases.deadlines import Level  # noqa: E402
from core.dispatcher import CONNECTIONS  # noqa: E402
from core.services.firing import BATCH  # noqa: E402
from tests.core.smith import Smith, forge, wait_for  # noqa: E402

BURST, STEADY, PER_SECOND, KILLED, KILLS, OWED = 50_000, 1_000, 50, 30_000, 32, 1_500
THREADS = 4  # of the Celery worker
_missed: list[str] = []


def say(figure: str, bar: str, measured: str, well: bool | None = None) -> None:
    """One row of the table."""
    verdict = "" if well is None else "PASS" if well else "FAIL"
    sys.stdout.write(f"{figure:<52} {bar:<18} {measured:<34} {verdict}\n")
    sys.stdout.flush()
    if well is False:
        _missed.append(figure)


def at(late: list[float], share: float) -> float:
    """A quantile of sorted values."""
    return late[min(len(late) - 1, int(len(late) * share))]


@contextmanager
def dispatchers(smith: Smith, count: int, connections: int = CONNECTIONS) -> Iterator[None]:
    """So many processes, ended cleanly afterwards."""
    pids = [
        smith.start("dispatcher", name=f"bench {n}", batch=BATCH, connections=connections)
        for n in range(count)
    ]
    time.sleep(1)
    yield
    for pid in pids:
        smith.end(pid, signal.SIGTERM)
        wait_for(lambda pid=pid: not smith.is_there(pid), within=20)  # type: ignore[misc]


@contextmanager
def worker(smith: Smith) -> Iterator[tuple[str, int]]:
    """A Celery worker with the beat in it, killed afterwards: how its keys begin, and its process."""
    prefix = f"bench-{uuid4()}:"
    with tempfile.TemporaryDirectory() as folder:
        pid = smith.start("celery", prefix=prefix, schedule=f"{folder}/beat", threads=THREADS)
        yield prefix, pid
        if pid in smith.alive:
            smith.end(pid)
        flush(prefix)


def flush(prefix: str) -> None:
    """Empty Redis as far as this worker uses it."""
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        for key in broker.scan_iter(f"{prefix}*", count=1000):
            broker.delete(key)


def lateness(smith: Smith) -> None:
    """Fifty firings a second."""
    city.sweep()
    ids = city.fill(STEADY)
    with dispatchers(smith, 1):
        city.arm(ids, city.in_seconds(1), 1 / PER_SECOND)
        wait_for(lambda: city.left() == 0, within=STEADY / PER_SECOND + 60)
    late, _last = city.recorded()
    words = f"p50 {at(late, 0.5) * 1000:.1f}, p99 {at(late, 0.99) * 1000:.1f}, worst {late[-1] * 1000:.1f} ms"
    say(f"lateness at {PER_SECOND} firings/s", "p99 ≤ 50 ms", words, at(late, 0.99) <= 0.05)


def burst(smith: Smith, count: int, connections: int) -> tuple[list[int], float]:
    """Fifty thousand due at one instant; the cases, and seconds from the instant to the last commit."""
    city.sweep()
    ids = city.fill(BURST)
    due = city.in_seconds(8)
    city.arm(ids, due)
    with dispatchers(smith, count, connections):
        # Whoever counts the rest again and again takes time from those who are measured.
        wait_for(lambda: city.left() == 0, within=120, every=0.5)
    if not city.faults(ids).none:
        sys.exit("A firing was lost, doubled or put off.")
    return ids, city.recorded()[1] - due.timestamp()


def bursts(smith: Smith) -> None:
    """One dispatcher, two, and one that keeps to one connection, there and back, since machines slow down and
    tables grow; then the bare limit.

    One alone takes a second connection, so where two cores are all there is, the database's among them, it
    leaves nothing for a second dispatcher. Whether two share the work is seen with one connection each.
    """
    taken = defaultdict[str, list[float]](list)
    ways = [("single", 1, 1), ("one", 1, CONNECTIONS), ("two", 2, CONNECTIONS)]
    for way, count, connections in (*ways, *reversed(ways)):
        done, seconds = burst(smith, count, connections)
        taken[way].append(seconds)
    single, one, two = (fmean(taken[way]) for way, _count, _connections in ways)
    say(f"{BURST:,} due at one instant, one dispatcher", "≤ 10 s", _said(taken["one"]), one <= 10)
    say("  one that keeps to one connection", "", _said(taken["single"]))
    say("  two dispatchers, a connection each", "< one on one", _said(taken["two"]), two < single)
    fresh = city.fill(BURST)
    statements = bare.stage(done, fresh)
    city.arm(fresh, city.in_seconds(-1))
    limit = bare.write(statements)
    say("  the same rows by plain SQL in one batch", "", _said([limit]))
    # By one connection, too.
    say("  share of that limit, on one connection", "≥ 25 %", f"{limit / single:.0%}", limit / single >= 0.25)


def _said(seconds: list[float]) -> str:
    each = " and ".join(f"{one:.1f}" for one in seconds)
    return f"{each} s, {BURST / fmean(seconds):,.0f}/s"


def celery_alone(smith: Smith) -> None:
    """Fifty a second without any dispatcher."""
    city.sweep()
    ids = city.fill(STEADY)
    with worker(smith):
        time.sleep(3)
        city.arm(ids, city.in_seconds(1), 1 / PER_SECOND)
        wait_for(lambda: city.left() == 0, within=STEADY / PER_SECOND + 60)
    faults, (late, _last) = city.faults(ids), city.recorded()
    well = at(late, 0.99) <= 5 and faults.none
    say("Celery alone, dispatcher off", "once, p99 ≤ 5 s", f"{faults}, p99 {at(late, 0.99):.2f} s", well)


def kills(smith: Smith) -> None:
    """Two rungs of each of many cases, many of them at one instant, under three dispatchers that die."""
    city.sweep()
    ids, rng = city.fill(KILLED), random.Random(1)
    begins = city.in_seconds(3)
    half = KILLED // 2
    city.arm(ids[:half], begins)
    city.arm(ids[half:], begins, 10 / half)
    city.arm(ids, begins, 12 / KILLED, Level.LEVEL2)
    for name in ("first", "second", "third"):
        smith.start("dispatcher", name=name, batch=200, connections=4)
    wait_for(lambda: city.in_seconds(0) >= begins, within=20)
    at_work = together = 0
    for n in range(KILLS):
        time.sleep(rng.uniform(0.2, 0.6))
        at_work += city.left() > 0
        together += smith.replace(rng.choice(smith.alive), f"next {n}")
    wait_for(lambda: city.left() == 0, within=120)
    for pid in list(smith.alive):
        smith.end(pid)
    faults = city.faults(ids, each=2)
    words = f"{faults}, {at_work} at work, {together} doubly"
    say(f"{2 * KILLED:,} timers, {KILLS} × SIGKILL at random", "0 lost, 0 doubled", words, faults.none)


def redis_lost(smith: Smith) -> None:
    """Celery alone; Redis emptied, the worker killed, another one started."""
    city.sweep()
    ids = city.fill(OWED)
    with worker(smith) as (prefix, pid):
        city.arm(ids, city.in_seconds(2), 10 / OWED)
        wait_for(lambda: city.left() < 0.8 * OWED, within=60)
        flush(prefix)
        wait_for(lambda: city.left() < 0.5 * OWED, within=60)
        smith.end(pid)
    waiting = city.left()
    with worker(smith):
        wait_for(lambda: city.left() == 0, within=120)
        wait_for(lambda: city.owed() == 0, within=180)
    faults, owed = city.faults(ids), city.owed()
    words = f"{faults}, {owed} undelivered; {waiting} waited"
    say("Redis flushed and Celery killed in the middle", "0 lost, all told", words, faults.none and not owed)


def main() -> int:
    """Every figure in turn; 1 when one misses its bar."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ[PLACE] = str(Path(folder) / "record")
        with city.own_database(), forge("bench.timers_record") as smith:
            say("figure", "bar", "measured")
            for measure in (lateness, bursts, celery_alone, kills, redis_lost):
                measure(smith)
    return 1 if _missed else 0


if __name__ == "__main__":
    sys.exit(main())
