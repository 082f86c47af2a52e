"""The forge from a test's side: processes that fire timers, and ways to be rid of them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from core.models import TimerRunner


class Smith:
    """Starts processes in the forge and kills them, group and all."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.alive: list[int] = []
        self._jobs: dict[int, dict[str, Any]] = {}

    def start(self, do: str, **job: Any) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(job | {"do": do}), file=self._process.stdin, flush=True)
        pid = int(self._process.stdout.readline())
        self.alive.append(pid)
        self._jobs[pid] = job | {"do": do}
        return pid

    def end(self, pid: int, number: signal.Signals = signal.SIGKILL) -> None:
        self.alive.remove(pid)
        with suppress(ProcessLookupError):
            os.killpg(pid, number)

    def is_there(self, pid: int) -> bool:
        return Path(f"/proc/{pid}").exists()

    def replace(self, pid: int, name: str) -> bool:
        """Kill a dispatcher and start another one like it; whether it worked over several connections."""
        doubly = len(list(Path(f"/proc/{pid}/task").iterdir())) > 1
        self.end(pid)
        job = self._jobs[pid]
        # Or nobody would take its connection for the ten seconds in which it counts as alive.
        TimerRunner.objects.filter(name=job["name"]).delete()
        self.start(**job | {"name": name})
        return doubly


@contextmanager
def forge(module: str) -> Iterator[Smith]:
    """A forge on the database in use, prepared by ``module``; nothing it made outlives the block."""
    program, database = Path(__file__).with_name("forge.py"), connection.settings_dict["NAME"]
    process = subprocess.Popen(
        [sys.executable, str(program), str(database), module],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "citymgmt.settings",
            "PYTHONPATH": str(settings.BASE_DIR),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    smith = Smith(process)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield smith
    finally:
        for pid in list(smith.alive):
            smith.end(pid)
        process.kill()
        process.wait(10)
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


def wait_for(met: Callable[[], bool], within: float, every: float = 0.05) -> None:
    """Look ``every`` so many seconds until it is so; AssertionError after ``within`` seconds."""
    until = time.monotonic() + within
    while not met():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(every)
