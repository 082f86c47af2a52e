"""Many people over a few cases at the same time, each with a connection of their own; for PostgreSQL."""

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import connection, connections

from cases.models import Case, CaseEvent
from cases.workflow import OF_THE_SYSTEM
from core.errors import CityError
from core.services.outbox import outbox_drain
from tests.cast import NOW
from tests.faults.city import City
from tests.faults.dice import Dice
from tests.faults.model import findings, same_answer


@dataclass
class Clock:
    """One clock for all, that only goes forward."""

    now: datetime = NOW
    lock: threading.Lock = field(default_factory=threading.Lock)

    def tick(self) -> datetime:
        with self.lock:
            self.now += timedelta(seconds=20)
            return self.now


@dataclass
class Runner(Dice):
    """Dice whose cases are shared and may have moved on since one looked."""

    clock: Clock = field(default_factory=Clock)

    def pass_time(self) -> None:
        self.now = self.clock.tick()
        self.sights.clear()


@dataclass
class Crowd:
    """``people`` threads share the attempts; what they met is counted, faults are kept."""

    city: City
    seed: int
    most_cases: int = 4
    numbers: list[str] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    tally: Counter[str] = field(default_factory=Counter)
    answers: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    deadlocks: int = 0

    @cached_property
    def began(self) -> datetime:
        """When this crowd came; what was there before is not its own."""
        return self.clock.tick()

    def run(self, *, attempts: int, people: int) -> None:
        """Take the attempts and let everything owed be told at the same time."""
        before, _since = deadlocks(), self.began
        for who in self.city.posts:
            self.city.access(who)
        threads = [
            threading.Thread(target=self._person, args=(number, attempts // people))
            for number in range(people)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.deadlocks = deadlocks() - before

    def _person(self, number: int, attempts: int) -> None:
        rng = random.Random(f"{self.seed}/{number}")
        dice = Runner(self.city, rng, self.numbers, most_cases=self.most_cases, clock=self.clock)
        try:
            for turn in range(attempts):
                self._attempt(dice)
                if turn % 25 == 24:
                    outbox_drain(now=self.clock.now, limit=20)
        except Exception as fault:
            self.faults.append(f"{type(fault).__name__}: {fault}")
        finally:
            connections.close_all()

    def _attempt(self, dice: Runner) -> None:
        attempt = dice.throw()
        try:
            answer = attempt.take(self.city)
        except CityError as refusal:
            self.tally[type(refusal).__name__] += 1
            return
        self.answers.append((attempt.who, attempt.key, answer))
        self.tally["taken"] += 1
        if attempt.kind != "again":
            dice.learn(attempt, answer)

    def wrongs(self) -> list[str]:
        """Everything that is not as it must be once all are done; nothing, hopefully."""
        while outbox_drain(now=self.clock.now):
            pass
        wrong = [f"a fault: {fault}" for fault in self.faults]
        wrong += [f"{self.deadlocks} deadlocks"] if self.deadlocks else []
        wrong += findings(drained=True, now=self.clock.now)
        first: dict[tuple[str, str], dict[str, Any]] = {}
        for who, key, answer in self.answers:
            if not same_answer(first.setdefault((who, key), answer), answer):
                wrong.append(f"{who} got two answers for {key}")
        told = {(answer["number"], answer["event"]) for answer in first.values()}
        ours = CaseEvent.objects.filter(case__opened_at__gte=self.began)
        # What a merger writes into the other case is told by the merger's own answer.
        events = ours.exclude(action__in=OF_THE_SYSTEM)
        kept = set(events.values_list("case__number", "seq"))
        wrong += [f"told and not kept, or kept and not told: {place}" for place in sorted(told ^ kept)]
        if Case.objects.filter(opened_at__gte=self.began).count() != len(set(self.numbers)):
            wrong.append("cases and reports differ in number")
        return wrong


def deadlocks() -> int:
    """How often PostgreSQL ever had to break a deadlock in this database."""
    connection.close()  # the counts of a session are handed over when it ends, and read at the next
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
