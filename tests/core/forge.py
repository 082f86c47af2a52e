"""A warm process that forks dispatchers and Celery workers, to be killed; run by tests, never imported.

Its arguments are the database's name and the module whose ``install`` prepares every process. What to fork
it is told by one JSON object a line on standard input: {"do": "dispatcher", "name", "batch" and perhaps
"connections"} or {"do": "celery", "prefix", "schedule", "threads"}. It answers with the process id, which is
also its group's. Itself it never opens a connection to the database.
"""

import ctypes
import importlib
import json
import os
import signal
import sys
import warnings
from typing import Any

import django

django.setup()

from django.db import connection

from citymgmt.celery import app
from core.dispatcher import Dispatcher
from core.waking import Nap

_PR_SET_PDEATHSIG = 1


def dispatch(job: dict[str, Any]) -> None:
    nap = Nap()
    signal.signal(signal.SIGTERM, nap.end)
    Dispatcher(job["name"], batch=job["batch"], connections=job.get("connections", 1)).run(nap)


def celery(job: dict[str, Any]) -> None:
    """A worker with the beat in it, its keys in Redis apart from everybody else's."""
    warnings.filterwarnings("ignore", "You're running the worker with superuser privileges")
    app.conf.broker_transport_options = {"global_keyprefix": job["prefix"]}
    wanted = ("escalate-due", "drain-outbox")
    app.conf.beat_schedule = {name: app.conf.beat_schedule[name] for name in wanted}
    app.worker_main(
        [
            *["--quiet", "worker", "--beat", "--schedule", job["schedule"], "--loglevel", "ERROR"],
            *[
                "--pool",
                "threads",
                "--concurrency",
                str(job["threads"]),
                "--without-gossip",
                "--without-mingle",
            ],
        ]
    )


def fork(job: dict[str, Any]) -> int:
    child = os.fork()
    if child:
        return child
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)
    {"dispatcher": dispatch, "celery": celery}[job["do"]](job)
    os._exit(0)


def main(database: str, module: str) -> None:
    connection.settings_dict["NAME"] = database
    importlib.import_module(module).install()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that are killed
    print("ready", flush=True)
    for line in sys.stdin:
        print(fork(json.loads(line)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])
