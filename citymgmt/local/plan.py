"""What the one-command start runs: commands first, then web, the made-up days, the worker and the timers."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Celery warns whoever runs it as root, which is how a container runs everything.
_AS_ROOT = "ignore:You're running the worker with superuser privileges"
ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Plan:
    """Command lines in the order they are started; ``url`` is where the web server will answer."""

    url: str
    prepare: list[str]
    web: list[str]
    fill: list[str]
    worker: list[str]
    timers: list[str]
    env: Mapping[str, str]
    cwd: Path = ROOT


def make_plan(*, host: str, port: int, days: int) -> Plan:
    """The plan of ``make run``: two web processes, one worker with the beat in it, one dispatcher."""
    python = sys.executable
    manage = [python, "-m", "citymgmt.local.prepare"]
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    return Plan(
        url=url,
        prepare=[
            *[*manage, "migrate --verbosity 0", "load_calendars", "load_districts", "load_catalogue"],
            "seed_demo --days 0",
        ],
        web=[
            *[python, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)],
            *["--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"],
            *["--workers-kill-timeout", "5", "citymgmt.wsgi:application"],
        ],
        fill=[*manage, f"seed_demo --days {days}"],
        worker=[
            *[python, "-W", _AS_ROOT, "-m", "celery", "--quiet", "--app", "citymgmt", "worker", "--beat"],
            *["--loglevel", "ERROR", "--pool", "threads", "--concurrency", "2"],
            *["--without-gossip", "--without-mingle"],
        ],
        timers=[python, "manage.py", "run_timers"],
        env={
            "SITE_URL": url,
            **os.environ,
            "CITYMGMT_MODE": "local",
            "CITYMGMT_DEMO": "1",
            "PYTHONUTF8": "1",
        },
    )
