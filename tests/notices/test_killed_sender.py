"""A sender killed in the middle and a broker emptied lose nothing; a receiver knows the repeat by its key.

Real processes, PostgreSQL and Redis: about ten seconds.
"""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from django.db import connection

from core import clock
from notices.models import ChannelDelivery, Gate
from tests.notices.people import a_person, a_reader, a_robot, a_unit, states, tell
from tests.notices.sinks import OK, answer, mail_sink, web_sink

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WORKER = ["-m", "celery", "-A", "citymgmt", "worker", "--beat", "--pool", "threads", "--concurrency", "2"]


@pytest.fixture
def broker() -> Iterator[Any]:
    """The ninth database of Redis, empty before and after."""
    where = urlsplit(os.environ.get("REDIS_URL", ""))
    client = redis.Redis(host=where.hostname or "127.0.0.1", port=where.port or 6379, db=9)
    try:
        client.flushdb()
    except redis.ConnectionError:
        pytest.skip("needs Redis")
    yield client
    client.flushdb()
    client.close()


def environment(broker_url: str, var: Path, mail_port: int) -> dict[str, str]:
    db = connection.settings_dict
    login = f"{db['USER']}:{db['PASSWORD']}" if db["PASSWORD"] else str(db["USER"])
    return {
        **os.environ,
        "DATABASE_URL": f"postgres://{login}@{db['HOST'] or '127.0.0.1'}:{db['PORT'] or 5432}/{db['NAME']}",
        "REDIS_URL": broker_url,
        "CELERY_BROKER_URL": broker_url,
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "CITYMGMT_VAR": str(var),
        "CITYMGMT_MODE": "local",
    }


@contextmanager
def process(command: list[str], env: dict[str, str], log: Path, cwd: Path) -> Iterator[Any]:
    """A process and all it starts; none of it outlives the test."""
    with log.open("a") as out:
        made = subprocess.Popen(
            [sys.executable, *command], env=env, cwd=cwd, stdout=out, stderr=out, process_group=0
        )
    try:
        yield made
    finally:
        if made.poll() is None:
            os.killpg(made.pid, signal.SIGKILL)
        made.wait(10)


def test_nothing_is_lost_and_a_repeat_has_the_same_key(broker: Any, settings: Any, tmp_path: Path) -> None:
    url = f"redis://{broker.connection_pool.connection_kwargs['host']}:6379/9"
    log, root, held = tmp_path / "log", settings.BASE_DIR, threading.Event()
    with web_sink() as sink, mail_sink(settings) as post:
        # The first message arrives, and its sender never hears that it did.
        sink.behave(lambda handler: held.wait(60) and answer(200, OK)(handler), answer())
        people = somebody(sink.url)
        env = environment(url, tmp_path, post.port)
        with process(WORKER, env, log, root) as worker:
            assert sink.arrived.wait(60), log.read_text()
            broker.flushdb()
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait(10)
        held.set()
        assert "pending" in states()
        claims_run_out()
        # Redis is gone for good, and somebody runs the sweeper by hand.
        alone = env | {"REDIS_URL": "redis://127.0.0.1:1/0", "CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}
        with process(["manage.py", "deliver", "--once"], alone, log, root) as sweeper:
            assert sweeper.wait(60) == 0, log.read_text()
    assert set(states()) == {"sent"}
    by_key: dict[str, set[bytes]] = {}
    for one in sink.came:
        by_key.setdefault(one.headers["Idempotency-Key"], set()).add(one.body)
    assert [bodies for bodies in by_key.values() if len(bodies) > 1] == []
    repeats = Counter(one.headers["Idempotency-Key"] for one in sink.came)
    assert repeats[sink.came[0].headers["Idempotency-Key"]] == 2
    told = [(one.path, notice["key"]) for one in sink.came for notice in one.json["notices"]]
    assert {cause for _path, cause in told} == {f"c{n}" for n in range(12)}
    assert len(by_key) == 3
    assert {letter["To"] for letter in post.letters} == {person.email for person in people}


def somebody(url: str) -> list[Any]:
    """Twelve happenings for three people, with three robots."""
    unit, now = a_unit(), clock.now()
    people = [a_reader(f"r{n}", f"r{n}@city.example", unit=unit) for n in range(2)]
    for name in "abc":
        a_robot(unit, url, "generic", name=name)
    for n in range(12):
        tell(*people, a_person(f"p{n}", unit=unit), cause=f"c{n}", now=now, urgent=True)
    return people


def claims_run_out() -> None:
    """As if the minutes had passed for which the dead process held its messages."""
    past = clock.now() - timedelta(seconds=1)
    ChannelDelivery.objects.filter(state="pending").update(claimed_until=None, next_at=past)
    Gate.objects.update(free_at=past)
