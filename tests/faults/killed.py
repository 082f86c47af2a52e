"""A process that takes steps and is killed half-way; run by ``test_killed.py``, never imported.

Reads one job a line from standard input: {"do", "at", ...}. ``at`` is the number of the statement before
which the process dies by SIGKILL, or "commit" (just before) or "done" (just after). Each job runs in a child
forked from this warm parent, which itself never opens a connection. Answers one line a job: the signal or
exit status, and how many statements went out before.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

import django

django.setup()

from django.conf import settings
from django.db import connection

from accounts.models import User
from cases.services.advance import case_advance
from cases.services.photos import photo_store
from cases.services.rearm import rearm_jobs_run
from cases.services.report import case_report
from core.services.outbox import outbox_drain
from grids.access import access_for
from tests.core.hostile import jpeg

Job = dict[str, Any]


def die(written: int) -> None:
    os.write(1, f"{written} ".encode())
    os.kill(os.getpid(), signal.SIGKILL)


def arm(at: int | str) -> None:
    """Count statements from here on, and fall at the one named."""
    numbers = count(1)
    wrapper: Any = connection
    real_commit, sent = wrapper._commit, 0

    def statement(execute: Callable[..., Any], *how: Any) -> Any:
        nonlocal sent
        sent = next(numbers)
        if sent == at:
            die(sent)
        return execute(*how)

    def commit() -> None:
        if at == "commit":
            die(sent)
        real_commit()
        if at == "done":
            die(sent)

    connection.execute_wrappers.append(statement)
    wrapper._commit = commit


def run(job: Job) -> None:
    now = datetime.fromisoformat(job["now"])
    user = User.objects.get(username=job["who"])
    access = access_for(user, now=now)
    arm(job["at"])
    if job["do"] == "drain":
        outbox_drain(now=now)
    elif job["do"] == "rearm":
        rearm_jobs_run(now=now)
    elif job["do"] == "photo":
        photo_store(data=jpeg(), user_id=user.pk, now=now, photo_id=UUID(job["id"]))
    elif job["do"] == "report":
        case_report(access=access, raw=job["raw"], key=job["key"], now=now)
    else:
        step = {name: job[name] for name in ("number", "action", "raw", "version", "key")}
        case_advance(access=access, now=now, **step)


def main(database: str, media: str) -> None:
    connection.settings_dict["NAME"] = database
    settings.MEDIA_ROOT = media
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(json.loads(line))
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])
