"""More of the random walks and crowds than a test run has time for; ends by itself.

    python -m tests.faults.fuzz walk [--count 10000] [--seed 0] [--jobs 2]
    python -m tests.faults.fuzz crowd [--count 10000] [--seed 0]      (PostgreSQL by DATABASE_URL)

Each process makes a database of its own and drops it at the end. Exit status 1 when a rule was broken.
"""

import argparse
import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citymgmt.settings")
django.setup()

from django.conf import settings
from django.db import connection

from tests.cast import NOW
from tests.dead_rows import sweep
from tests.faults.city import City, build_city
from tests.faults.crowd import Clock, Crowd
from tests.faults.model import Broken, play

WALK_LENGTH, CROWD_ATTEMPTS, CROWD_PEOPLE = 20, 500, 8
SAY_EVERY = 50


@contextmanager
def city() -> Iterator[City]:
    """A database of one's own with the cast in it."""
    gc.set_threshold(50_000, 20, 50)  # as in tests/conftest.py
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with tempfile.TemporaryDirectory(prefix="citymgmt-fuzz-") as place:
        settings.MEDIA_ROOT = place
        postgres = connection.vendor == "postgresql"
        test = {**connection.settings_dict["TEST"]}
        test["NAME"] = f"fuzz_{os.getpid()}" if postgres else str(Path(place) / "fuzz.sqlite3")
        connection.settings_dict["TEST"] = test
        name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield build_city()
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)


def walks(count: int, seed: int, say: Callable[[int, int], None]) -> list[str]:
    """Play ``count`` walks from ``seed`` on; how each that broke a rule was told."""
    broken = []
    with city() as place:
        for done in range(1, count + 1):
            try:
                play(place, seed + done - 1, WALK_LENGTH)
            except Broken as rule:
                broken.append(str(rule))
                print(rule, flush=True)
            if done % SAY_EVERY == 0 or done == count:
                sweep()
                say(done, seed + done - 1)
    return broken


def crowds(count: int, seed: int, say: Callable[[int, int], None]) -> list[str]:
    """Let crowds take ``count`` attempts, a few hundred each; everything found wrong after each."""
    broken: list[str] = []
    with city() as place:
        clock = Clock(NOW)
        for done in range(CROWD_ATTEMPTS, count + CROWD_ATTEMPTS, CROWD_ATTEMPTS):
            crowd = Crowd(place, seed + done, clock=clock)
            crowd.run(attempts=CROWD_ATTEMPTS, people=CROWD_PEOPLE)
            wrong = [f"seed {seed + done}: {words}" for words in crowd.wrongs()]
            broken += wrong
            print(*wrong, sep="\n", end="\n" * bool(wrong), flush=True)
            say(done, seed + done)
    return broken


def share(job: int, jobs: int, what: str, count: int, seed: int) -> int:
    """Do one process's share and say how far it is; the exit status."""
    mine = count // jobs + (job < count % jobs)
    first = seed + job * (count // jobs + 1)
    began = time.monotonic()

    def say(done: int, now_at: int) -> None:
        passed = time.monotonic() - began
        pace = f"{passed:.0f} s, {done / passed:.1f} a second"
        print(f"[{job + 1}/{jobs}] {what}: {done} of {mine}, seed {now_at}, {pace}", flush=True)

    broken = (walks if what == "walk" else crowds)(mine, first, say)
    print(f"[{job + 1}/{jobs}] {what}: {len(broken)} broken of {mine}", flush=True)
    return 1 if broken else 0


def main() -> int:
    """Share the work between processes, or do one share; the exit status."""
    asked = argparse.ArgumentParser(prog="tests.faults.fuzz")
    asked.add_argument("what", choices=["walk", "crowd"])
    asked.add_argument("--count", type=int, default=10_000)
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--job", type=int, help="one share of them alone")
    told = asked.parse_args()
    jobs = told.jobs if told.what == "walk" else 1
    if told.what == "crowd" and connection.vendor != "postgresql":
        print("A crowd needs PostgreSQL: set DATABASE_URL.", file=sys.stderr)
        return 2
    if told.job is not None or jobs == 1:
        return share(told.job or 0, jobs, told.what, told.count, told.seed)
    command = [sys.executable, "-m", "tests.faults.fuzz", *sys.argv[1:]]
    parts = [subprocess.Popen([*command, "--job", str(job)]) for job in range(jobs)]
    return max(abs(part.wait()) for part in parts)


if __name__ == "__main__":
    sys.exit(main())
