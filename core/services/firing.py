"""Firing timers: claimed, held, done and marked in one transaction that waits for nobody's row."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import starmap
from operator import attrgetter
from typing import Final, NamedTuple

from django.db import connection, transaction
from django.db.models import Min, Q, QuerySet

from core import engine
from core.logs import covered
from core.models import Timer
from core.timers import Due, handler_of, outrun_of

log = logging.getLogger(__name__)
BATCH: Final = 1000
MOST_ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True)
class Fired:
    """What one call did.

    ``busy``: timers left for a moment because somebody holds their subject; ``failed``: put off with their
    error; ``next_due``: when the next armed timer wakes, in the past while some may be left; ``due``: the
    moments at which those that fired had been due; ``full``: as many were found as it asked for.
    """

    fired: int
    busy: int
    next_due: datetime | None
    failed: int = 0
    due: tuple[datetime, ...] = ()
    full: bool = False


class _Row(NamedTuple):
    """A timer as the dispatcher needs it, lighter than the model."""

    id: int
    subject: str
    rule: str
    level: int
    generation: int
    due_at: datetime
    wake_at: datetime
    attempts: int


@dataclass(slots=True)
class _Done:
    """What came of some timers."""

    fired: list[datetime] = field(default_factory=list)
    busy: int = 0
    failed: int = 0

    def add(self, other: "_Done") -> None:
        self.fired += other.fired
        self.busy += other.busy
        self.failed += other.failed


def timers_fire(*, now: datetime, limit: int = BATCH) -> Fired:
    """Fire up to ``limit`` timers that are due at ``now``, and the other due ones of the same subjects.

    Any number of callers may run at once. One transaction, unless something in it fails: then it is taken
    back and tried again in halves, and what fails alone is put off with its error, after eight attempts set
    aside. A database that is away is raised, with everything as it was.
    """
    next_due = _next()
    if next_due is None or next_due > now:
        return Fired(0, 0, next_due)  # one read, so that idle dispatchers cost next to nothing
    done, last = _Done(), None
    while True:
        page, came = _page(now, limit, last)
        done.add(came)
        # Subjects that are busy must not stand before those that are free, however many they are.
        if came.fired or len(page) < limit:
            break
        last = page[-1]
    full = len(page) >= limit
    next_due = page[-1].wake_at if full else _next()
    return Fired(len(done.fired), done.busy, next_due, done.failed, tuple(done.fired), full)


def _next() -> datetime | None:
    """When the next armed timer wakes."""
    at: datetime | None = Timer.objects.filter(state=Timer.State.ARMED).aggregate(at=Min("wake_at"))["at"]
    return at


def _page(now: datetime, limit: int, last: _Row | None) -> tuple[list[_Row], _Done]:
    """Claim the next timers in order of waking, and settle them."""
    due = _due(now)
    if last is not None:
        due = due.filter(Q(wake_at__gt=last.wake_at) | Q(wake_at=last.wake_at, pk__gt=last.id))
    page: list[_Row] = []

    def work() -> _Done:
        page[:] = _claim(due.order_by("wake_at", "pk")[:limit])
        return _settle(page, now)

    def again(error: Exception) -> _Done:
        log.warning("a batch of %s timers failed and is tried again in parts: %s", len(page), error)
        return _in_halves(sorted({row.subject for row in page}), now)

    return page, _try(work, again)


def _try(work: Callable[[], _Done], otherwise: Callable[[Exception], _Done]) -> _Done:
    """The work in a transaction of its own; when it raises, something else, after the rollback."""
    try:
        with transaction.atomic():
            engine.wait_briefly()
            return work()
    except Exception as error:
        if not connection.is_usable():
            raise
        return otherwise(error)


def _in_halves(subjects: Sequence[str], now: datetime, _error: Exception | None = None) -> _Done:
    """Try again what failed together: one bad timer among a thousand costs twenty transactions."""
    if len(subjects) <= 1:
        return _one_by_one(subjects, now)
    done, middle = _Done(), len(subjects) // 2
    for half in (subjects[:middle], subjects[middle:]):
        done.add(_try(partial(_together, half, now), partial(_in_halves, half, now)))
    return done


def _together(subjects: Sequence[str], now: datetime) -> _Done:
    return _settle(_claim(_due(now).filter(subject__in=subjects)), now)


def _one_by_one(subjects: Sequence[str], now: datetime) -> _Done:
    """The due timers of one subject in order, each in a transaction of its own."""
    done = _Done()
    for row in _rows(_due(now).filter(subject__in=subjects).order_by("due_at", "level", "pk")):
        done.add(_try(partial(_alone, row, now), partial(_postpone, row, now)))
    return done


def _alone(row: _Row, now: datetime) -> _Done:
    return _settle(_claim(_due(now).filter(pk=row.id)), now, alone=True)


def _due(now: datetime) -> QuerySet[Timer]:
    return Timer.objects.filter(state=Timer.State.ARMED, wake_at__lte=now).order_by()


def _rows(timers: QuerySet[Timer]) -> list[_Row]:
    return list(starmap(_Row, timers.values_list(*_Row._fields)))


def _claim(timers: QuerySet[Timer]) -> list[_Row]:
    """Lock those of these timers that no other dispatcher looks at."""
    return _rows(timers.select_for_update(skip_locked=True, no_key=True))


def _settle(claimed: Sequence[_Row], now: datetime, *, alone: bool = False) -> _Done:
    """Hold the subjects of what is claimed, fire, and tell what was left; all in the caller's transaction."""
    done = _Done()
    by_kind: dict[str, list[_Row]] = defaultdict(list)
    for row in claimed:
        by_kind[row.subject.partition(":")[0]].append(row)
    for rows in by_kind.values():
        handler = handler_of(rows[0].subject)
        subjects = {row.subject for row in rows}
        held = handler.hold(subjects)
        left = subjects - held.keys()
        gone = frozenset(handler.gone(left) if left else ())
        _mark([row for row in rows if row.subject in gone], state=Timer.State.SUPERSEDED)
        due = _firing(rows, held.keys(), now, alone=alone)
        _mark(due, state=Timer.State.FIRED, fired_at=now)
        if due:
            handler.fire(held, due, now)
        fired = {timer.id for timer in due}
        done.busy += sum(row.id not in fired and row.subject not in gone for row in rows)
        done.fired += [timer.due_at for timer in due]
    return done


def _firing(claimed: Iterable[_Row], held: Set[str], now: datetime, *, alone: bool) -> list[Due]:
    """The timers to fire: all that are due of the subjects held, in order; ``alone``: the claimed ones only.

    A subject of which another dispatcher looks at a timer is left to it, or its rungs could get out of order.
    """
    if not held:
        return []
    mine = {row.id for row in claimed}
    others = _rows(_due(now).filter(subject__in=held).exclude(pk__in=mine))
    rows = sorted((*claimed, *others), key=attrgetter("due_at", "level", "id"))
    if others and not alone:
        mine |= {row.id for row in _claim(Timer.objects.filter(pk__in=[row.id for row in others]))}
    free = held - {row.subject for row in others if row.id not in mine and not alone}
    outrun = outrun_of(rows)
    return [
        Due(row.id, row.subject, row.rule, row.level, row.generation, row.due_at, row.id in outrun)
        for row in rows
        if row.id in mine and row.subject in free
    ]


def _mark(timers: Sequence[Due | _Row], *, state: str, fired_at: datetime | None = None) -> None:
    """Settle the rows; they are locked, so one that is not armed any more is a fault that takes all back."""
    ids = [timer.id for timer in timers]
    armed = Timer.objects.filter(pk__in=ids, state=Timer.State.ARMED)
    if ids and armed.update(state=state, fired_at=fired_at) != len(ids):
        raise RuntimeError("A claimed timer was changed by somebody else.")


def _postpone(row: _Row, now: datetime, error: Exception) -> _Done:
    # The lock went with the rollback: a step or another dispatcher may have settled it since.
    attempts = row.attempts + 1
    seen = Timer.objects.filter(pk=row.id, state=Timer.State.ARMED, attempts=row.attempts)
    aside = attempts >= MOST_ATTEMPTS
    changed = seen.update(
        attempts=attempts,
        error=covered(f"{type(error).__name__}: {error}")[:2000].replace("\x00", ""),
        wake_at=now + timedelta(seconds=2**attempts),
        state=Timer.State.ASIDE if aside else Timer.State.ARMED,
    )
    log.error("timer %s failed for the %s. time", row.id, attempts, exc_info=error)
    return _Done(failed=changed)
