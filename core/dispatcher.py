"""Who calls ``timers_fire``: a process that waits for the next due timer, and a task woken by beat."""

import gc
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Lock
from time import monotonic
from typing import Final

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from core import clock
from core.services.firing import BATCH, Fired, timers_fire
from core.services.runners import Lateness, runner_seen
from core.timer_state import dispatchers, runners_alive
from core.waking import Nap

log = logging.getLogger(__name__)
LONGEST_NAP: Final = 1.0  # seconds; also how often a process says that it lives
RETRY: Final = 0.01  # seconds until a busy subject is tried again
CONNECTIONS: Final = 2  # of ``run_timers``; more gain nothing while one process does Python's part
PATIENCE: Final = (0.1, 5.0)  # seconds between attempts to reach a database that is away: first and most
ALARM_EVERY: Final = 60.0  # seconds between two lines about clocks that differ
_ALARM: Final = "%s fires no timers: the database's clock is %.1f s ahead of its own. Set the clocks right."


class Dispatcher:
    """One process that fires timers, or one task.

    ``connections``: over how many it works while more is due than a batch holds, less one for each other
    dispatcher that lives; each but the first in a thread of its own: to the database one more caller, to
    Python something to do while the first one waits.
    """

    def __init__(self, name: str, *, batch: int = BATCH, connections: int = 1) -> None:
        self.name = name
        self._batch = batch
        # Where rows can't be passed over there is one writer at a time.
        self._connections = connections if connection.features.has_select_for_update_skip_locked else 1
        self._shared = Lock()  # for what threads change and whoever says it reads
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
                nap.sleep(self._once(lambda: nap.over))
                patience = PATIENCE[0]
            except (OperationalError, InterfaceError) as error:
                log.warning("%s lost the database and tries again in %.1f s: %s", self.name, patience, error)
                connection.close()
                nap.wait(patience)
                patience = min(2 * patience, PATIENCE[1])
        self._leave()

    def drain(self, seconds: float) -> int:
        """Fire what is due until nothing is left or so much time is over; how many fired."""
        now = self._said_at = monotonic()
        self._new = False
        fired = self._work_off(lambda: monotonic() - now >= seconds, self.turn())
        if fired or self._refusing:
            self._say()
        return fired

    def turn(self) -> Fired:
        """Read the clocks and fire one batch, unless the clocks differ."""
        reading, began = clock.reading(), monotonic()
        with self._shared:
            self._reading = reading
            self._judge(reading.skew)
            if self._refusing:
                return Fired(0, 0, None)
        came = timers_fire(now=reading.now, limit=self._batch)
        took = monotonic() - began
        with self._shared:
            self._lateness.add((reading.now - due).total_seconds() + took for due in came.due)
        return came

    def _once(self, over: Callable[[], bool]) -> float:
        """One turn of the process; seconds to sleep after it."""
        began = monotonic()
        came = self.turn()
        if self._connections > 1 and came.fired and came.full:
            self._work_off(over, came)
            return 0.0
        self._say_in_time()
        if came.next_due is None or self._reading is None:
            return LONGEST_NAP
        wait = (came.next_due - self._reading.now).total_seconds() - (monotonic() - began)
        if wait <= 0 and not came.fired:
            return RETRY  # its subject is busy, or another dispatcher has it
        return max(0.0, min(wait, LONGEST_NAP))

    def _work_off(self, over: Callable[[], bool], came: Fired) -> int:
        """Batch after batch after one that ``came``, until nothing fires; over all connections while they are
        full. How many fired."""
        fired, enough, others = 0, Event(), list[Future[int]]()
        with ThreadPoolExecutor(self._connections) as threads:
            try:
                while came.fired and not over():
                    fired += came.fired
                    self._say_in_time()  # so that another dispatcher knows
                    if came.full and not others:
                        ranks = range(1, self._to_spare() + 1)
                        others = [threads.submit(self._apart, rank, over, enough) for rank in ranks]
                    came = self.turn()
            finally:
                enough.set()
        return fired + came.fired + sum(other.result() for other in others)

    def _to_spare(self) -> int:
        """How many connections there are to be beside those of the dispatchers that live."""
        if self._connections == 1 or self._reading is None:
            return 0
        there = dispatchers(runners_alive(now=self._reading.now))
        return self._connections - 1 - sum(not one.refusing for one in there if one.name != self.name)

    def _apart(self, rank: int, over: Callable[[], bool], enough: Event) -> int:
        """What a thread does of that over a connection of its own, while there are so many to spare."""
        fired = 0
        try:
            while not (over() or enough.is_set()) and self._to_spare() >= rank:
                came = self.turn()
                fired += came.fired
                if not (came.fired and came.full):
                    break
        except (OperationalError, InterfaceError) as error:
            log.warning("%s goes on over one connection less: %s", self.name, error)
        finally:
            connection.close()
        return fired

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

    def _say_in_time(self) -> None:
        if monotonic() - self._said_at >= LONGEST_NAP:
            self._say()

    def _say(self) -> None:
        """Write down that this process lives, how its clock stands and what it fired."""
        if self._reading is None:
            return
        with self._shared:
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
