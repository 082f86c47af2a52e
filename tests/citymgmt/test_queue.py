"""A wake-up travels through the configured broker to a worker (Redis in CI, memory at a desk)."""

import queue
import uuid

import pytest
from celery.contrib.testing.worker import start_worker

from citymgmt import celery_app

heard: queue.Queue[str] = queue.Queue()


@pytest.fixture
def wake_up():
    """A task of this test's own."""

    def say(word: str) -> None:
        heard.put(word)

    yield celery_app.task(name="tests.wake_up")(say)
    celery_app.tasks.pop("tests.wake_up")


def test_a_task_sent_is_a_task_run(wake_up):
    own = f"tests-{uuid.uuid4()}"
    with start_worker(celery_app, pool="solo", queues=[own], perform_ping_check=False):
        wake_up.apply_async(args=[own], queue=own)
        assert heard.get(timeout=20) == own


def test_every_scheduled_task_exists():
    celery_app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in celery_app.conf.beat_schedule.values()}
    assert scheduled - set(celery_app.tasks) == set()
