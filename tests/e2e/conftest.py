"""Chromium as Debian ships it; no browser is ever downloaded."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk import Desk

# Playwright's synchronous interface runs an event loop in this thread; Django's guard would take every
# query of a test for one made inside that loop.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
PATIENCE_MS = 30_000
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch the machine's own Chromium, as root too, and let it talk to nobody but us."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.fail("The browser tests need Chromium: apt-get install chromium, or set CHROMIUM to its path.")
    return {
        **browser_type_launch_args,
        "executable_path": path,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A desk in Chongqing."""
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture(autouse=True)
def bounded_patience(page: Any) -> None:
    """Everything is on this machine, which may be busy with another suite: thirty seconds, then it failed."""
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the whole system, started as ``make run`` starts it, with two made-up days.

    CITYMGMT_TOWN names one that runs already.
    """
    if running := os.environ.get("CITYMGMT_TOWN"):
        yield running
        return
    var = tmp_path_factory.mktemp("town")
    log = var / "log"
    env = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL"}}
    env |= {"CITYMGMT_VAR": str(var), "DAYS": "2", "PORT": "18200", "PYTHONUNBUFFERED": "1"}
    with log.open("w") as out:
        start = subprocess.Popen([sys.executable, "-m", "citymgmt.local"], env=env, stdout=out, stderr=out)
    try:
        yield _address(start, log)
    finally:
        start.send_signal(signal.SIGTERM)
        start.wait(timeout=60)


def _address(start: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + 240
    while "everything runs" not in log.read_text():
        if start.poll() is not None or time.monotonic() > until:
            pytest.fail(f"The system did not start:\n{log.read_text()}")
        time.sleep(0.2)
    return next(word for word in log.read_text().split() if word.startswith("http://")).rstrip("/")


@pytest.fixture
def desk(page: Page, town: str) -> Desk:
    """A browser in front of the town, with nobody logged in."""
    return Desk(page, town)
