"""Prepares the processes of ``bench_timers``: each writes down how late it fired, effects committed."""

import os
from functools import wraps
from time import time

from core.dispatcher import Dispatcher
from core.services.firing import Fired

# A line for every batch: the moment after its commit, then how late each timer was, in seconds.
PLACE = "BENCH_TIMERS_RECORD"


def install() -> None:
    """Have every batch of this process recorded."""
    turn = Dispatcher.turn

    @wraps(turn)
    def recorded(dispatcher: Dispatcher) -> Fired:
        came = turn(dispatcher)
        done = time()
        if came.due:
            late = " ".join(f"{done - due.timestamp():.6f}" for due in came.due)
            with open(os.environ[PLACE], "a") as record:  # noqa: PTH123 - one write appends a whole line
                record.write(f"{done:.6f} {late}\n")
        return came

    Dispatcher.turn = recorded  # type: ignore[method-assign,assignment]
