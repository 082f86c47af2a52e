"""Clocks moved by hand, and naps that take no time, for tests of the dispatcher."""

import gc
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError

from core import clock
from core.clock import Reading
from core.dispatcher import Dispatcher
from core.waking import Nap
from tests.cast import NOW


class Clocks:
    """The database's clock, moved by hand, and how far it is ahead."""

    def __init__(self) -> None:
        self.now: datetime = NOW
        self.skew = 0.0
        self.lost = 0

    def reading(self) -> Reading:
        if self.lost:
            self.lost -= 1
            raise OperationalError("gone")
        return Reading(self.now, self.skew)


class Watched(Nap):
    """A nap that takes no time: it notes how long it should be, lets the clock go on, and ends in time."""

    def __init__(self, clocks: Clocks, naps: int) -> None:
        super().__init__()
        self.clocks, self.naps = clocks, naps
        self.slept: list[float] = []
        self.waited: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.clocks.now += timedelta(seconds=seconds)
        if len(self.slept) >= self.naps:
            self.end()

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)


def take_over(patch: pytest.MonkeyPatch) -> Clocks:
    """Have every clock moved by hand."""
    clocks = Clocks()
    patch.setattr(clock, "reading", clocks.reading)
    patch.setattr(clock, "now", lambda: clocks.now)
    patch.setattr("core.dispatcher.monotonic", lambda: clocks.now.timestamp())
    return clocks


def run(clocks: Clocks, naps: int, batch: int = 1000, name: str = "one") -> Watched:
    nap = Watched(clocks, naps)
    run_with(nap, Dispatcher(name, batch=batch))
    return nap


def run_with(nap: Watched, dispatcher: Dispatcher) -> None:
    """Have a dispatcher run until the nap is over."""
    thresholds = gc.get_threshold()
    dispatcher.run(nap)
    nap.close()
    # A dispatcher has its process for itself; here it has not.
    gc.unfreeze()
    gc.set_threshold(*thresholds)
