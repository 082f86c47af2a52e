"""Arming, stopping and settling timers, in the transaction of whatever changes a subject."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from core import engine, waking
from core.models import Timer
from core.services.firing import Fired, timers_fire
from core.timers import Wanted

__all__ = [
    "Fired",
    "timers_arm",
    "timers_armed",
    "timers_fire",
    "timers_fired",
    "timers_forget",
    "timers_retry",
    "timers_sync",
    "timers_sync_many",
]

# A dispatcher sleeps no longer than this; only what is due sooner has to wake it.
NAP: Final = timedelta(seconds=1)
KEPT_FOR: Final = timedelta(days=400)
_PORTION: Final = 1000
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_RUNNING: Final = (Timer.State.ARMED, Timer.State.PAUSED)


def timers_armed(subject: str) -> list[Timer]:
    """The armed and paused timers of a subject, the earliest first."""
    return list(Timer.objects.filter(subject=subject, state__in=_RUNNING))


def timers_sync(
    *, subject: str, wanted: Sequence[Wanted], known: Sequence[Timer], now: datetime, paused: bool = False
) -> None:
    """Make the armed timers of a subject exactly ``wanted``; others are superseded, or paused on request.

    ``known`` is what ``timers_armed`` told under the subject's lock, which the caller holds. One statement,
    none when nothing differs, and one more to wake a dispatcher when something is due within a
    second. What has fired does not fire again, and what was superseded is armed again under the same key.

    Raises:
        ValueError: a running timer is wanted for another moment; that needs a new generation.
    """
    changes = _Changes()
    changes.add(subject, wanted, known, paused=paused)
    changes.write(now)


def timers_sync_many(
    *, wanted: Mapping[str, Sequence[Wanted]], now: datetime, paused: Collection[str] = ()
) -> int:
    """The same for many subjects at once, whose locks the caller holds; how many timers changed.

    ``paused`` names the subjects whose other timers pause. A subject with an empty sequence has none left.
    One read for every thousand subjects, one write for every five hundred timers that change.
    """
    subjects, changed = list(wanted), 0
    for start in range(0, len(subjects), _PORTION):
        portion, changes = subjects[start : start + _PORTION], _Changes()
        known: dict[str, list[Timer]] = {subject: [] for subject in portion}
        for timer in Timer.objects.filter(subject__in=portion, state__in=_RUNNING):
            known[timer.subject].append(timer)
        for subject in portion:
            changes.add(subject, wanted[subject], known[subject], paused=subject in paused)
        changes.write(now)
        changed += len(changes.rows)
    return changed


def timers_arm(*, wanted: Mapping[str, Sequence[Wanted]], now: datetime) -> None:
    """Arm these beside whatever else the subjects have armed, whose locks the caller holds."""
    changes = _Changes()
    for subject, more in wanted.items():
        changes.add(subject, more, (), paused=False)
    changes.write(now)


@dataclass(slots=True)
class _Changes:
    """What has to be written to turn the known timers into the wanted ones."""

    rows: list[engine.Row] = field(default_factory=list)

    def add(self, subject: str, wanted: Iterable[Wanted], known: Iterable[Timer], *, paused: bool) -> None:
        running = {(timer.rule, timer.level, timer.generation): timer for timer in known}
        for want in wanted:
            key = (want.rule, want.level, want.generation)
            timer = running.pop(key, None)
            if timer is not None and timer.due_at != want.due_at:
                raise ValueError(f"{timer} is due at {timer.due_at}; {want.due_at} needs a new generation.")
            if timer is None or timer.state != Timer.State.ARMED:
                self.rows.append((subject, *key, want.due_at, Timer.State.ARMED))
        stopped = Timer.State.PAUSED if paused else Timer.State.SUPERSEDED
        self.rows += [
            (subject, *key, timer.due_at, stopped) for key, timer in running.items() if timer.state != stopped
        ]

    def write(self, now: datetime) -> None:
        engine.turn(self.rows)
        armed = (due_at for *_key, due_at, state in self.rows if state == Timer.State.ARMED)
        if min(armed, default=_NEVER) <= now + NAP:
            waking.wake()


def timers_fired(*, timers: Sequence[Timer | int], now: datetime) -> None:
    """Mark fired what a step settled itself, under the subject's lock, so that no dispatcher does it again.

    Raises:
        RuntimeError: one of them was not armed, so the subject was not locked when it was read.
    """
    ids = [timer if isinstance(timer, int) else timer.pk for timer in timers]
    # One that was set aside since it was read is settled just as well.
    open_ones = Timer.objects.filter(pk__in=ids, state__in=(Timer.State.ARMED, Timer.State.ASIDE))
    if ids and open_ones.update(state=Timer.State.FIRED, fired_at=now) != len(set(ids)):
        raise RuntimeError(f"Not all of the timers {ids} were armed.")


def timers_retry(*, now: datetime) -> int:
    """Arm again what was set aside, once its cause is mended; how many."""
    aside = Timer.objects.filter(state=Timer.State.ASIDE, due_at__lte=now)
    return aside.update(state=Timer.State.ARMED, wake_at=now, attempts=0)


def timers_forget(*, now: datetime, portions: int = 20) -> int:
    """Drop what fired or was superseded more than 400 days ago, a thousand rows at a time; how many went."""
    before = now - KEPT_FOR
    fired = Timer.objects.filter(state=Timer.State.FIRED, fired_at__lt=before)
    superseded = Timer.objects.filter(state=Timer.State.SUPERSEDED, due_at__lt=before)
    return sum(_forget(old) for old in (fired, superseded) for _portion in range(portions))


def _forget(old: QuerySet[Timer]) -> int:
    ids = list(old.order_by().values_list("pk", flat=True)[:_PORTION])
    return old.filter(pk__in=ids).delete()[0] if ids else 0
