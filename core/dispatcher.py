"""Who calls ``timers_fire``: a process that waits for the next due timer, and a task woken by beat."""

import gc
import logging
from time import monotonic
from typing import Final

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from core import clock
from core.services.firing import BATCH, Fired, timers_fire
from core.services.runners import Lateness, runner_seen
from core.waking import Nap

log = logging.getLogger(__name__)
LONGEST_NAP: Final = 1.0  # seconds; also how often a process says that it lives
RETRY: Final = 0.01  # seconds until a busy subject is tried again
PATIENCE: Final = (0.1, 5.0)  # seconds between attempts to reach a database that is away: first and most
ALARM_EVERY: Final = 60.0  # seconds between two lines about clocks that differ
_ALARM: Final = "%s fires no timers: the database's clock is %.1f s ahead of its own. Set the clocks right."


class Dispatcher:
    """One process that fires timers, or one task."""

    def __init__(self, name: str, *, batch: int = BATCH) -> None:
        self.name = name
        self._batch = batch
        self._lateness = Lateness()
        self._reading: clock.Reading | None = None
        self._refusing = False
        self._new = True
        self._said_at = self._alarmed_at = -ALARM_EVERY

    def run(self, nap: Nap) -> None:
        """Fire until ``nap`` is over, through losses of the database. The process is for nothing else."""
        # What is loaded by now stays; looking through it again and again would cost a sixth of the time.
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        patience = PATIENCE[0]
        while not nap.over:
            try:
                nap.listen()
                nap.sleep(self._once())
                patience = PATIENCE[0]
            except (OperationalError, InterfaceError) as error:
                log.warning("%s lost the database and tries again in %.1f s: %s", self.name, patience, error)
                connection.close()
                nap.wait(patience)
                patience = min(2 * patience, PATIENCE[1])
        self._leave()

    def drain(self, seconds: float) -> int:
        """Fire what is due until nothing is left or so much time is over; how many fired."""
        until, fired, self._new = monotonic() + seconds, 0, False
        while (came := self.turn()).fired:
            fired += came.fired
            if monotonic() >= until:
                break
        if fired or self._refusing:
            self._say()
        return fired

    def turn(self) -> Fired:
        """Read the clocks and fire one batch, unless the clocks differ."""
        self._reading, began = clock.reading(), monotonic()
        self._judge(self._reading.skew)
        if self._refusing:
            return Fired(0, 0, None)
        now = self._reading.now
        came = timers_fire(now=now, limit=self._batch)
        took = monotonic() - began
        self._lateness.add((now - due).total_seconds() + took for due in came.due)
        return came

    def _once(self) -> float:
        """One turn of the process; seconds to sleep after it."""
        began = monotonic()
        came = self.turn()
        if monotonic() - self._said_at >= LONGEST_NAP:
            self._say()
        if came.next_due is None or self._reading is None:
            return LONGEST_NAP
        wait = (came.next_due - self._reading.now).total_seconds() - (monotonic() - began)
        if wait <= 0 and not came.fired:
            return RETRY  # its subject is busy, or another dispatcher has it
        return max(0.0, min(wait, LONGEST_NAP))

    def _judge(self, skew: float) -> None:
        """Whether the clocks differ by so much that nobody knows what is due; an alarm when they do."""
        refusing = abs(skew) > settings.CLOCK_SKEW_SECONDS
        if refusing and monotonic() - self._alarmed_at >= ALARM_EVERY:
            self._alarmed_at = monotonic()
            log.critical(_ALARM, self.name, skew)
        if refusing != self._refusing:
            self._refusing, self._said_at = refusing, -ALARM_EVERY
            if not refusing:
                self._alarmed_at = -ALARM_EVERY
                log.warning("%s fires timers again: the clocks agree.", self.name)

    def _say(self) -> None:
        """Write down that this process lives, how its clock stands and what it fired."""
        if self._reading is None:
            return
        lateness, self._lateness = self._lateness, Lateness()
        runner_seen(
            name=self.name,
            now=self._reading.now,
            skew=self._reading.skew,
            refusing=self._refusing,
            lateness=lateness,
            started=self._new,
        )
        self._new, self._said_at = False, monotonic()

    def _leave(self) -> None:
        try:
            self._say()
        except (OperationalError, InterfaceError) as error:
            log.warning("%s could not say what it did last: %s", self.name, error)
