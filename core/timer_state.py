"""How the timers stand, for the health page and the metrics."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Min, Q

from core.models import Timer, TimerRunner
from core.services.runners import EARLIER, QUEUE

ALIVE_WITHIN: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class TimerState:
    """Counts of timers; ``late`` is the age of the oldest due one, in seconds."""

    armed: int
    due: int
    late: float
    aside: int


def timer_state(*, now: datetime) -> TimerState:
    """Read over the partial indexes alone."""
    due = Count("pk", filter=Q(wake_at__lte=now))
    armed = Timer.objects.filter(state=Timer.State.ARMED).aggregate(all=Count("pk"), due=due)
    aside = Timer.objects.filter(state=Timer.State.ASIDE).count()
    return TimerState(armed["all"], armed["due"], timers_late(now=now), aside)


def timers_late(*, now: datetime) -> float:
    """The age of the oldest due timer in seconds; cheap however many are armed."""
    oldest = Timer.objects.filter(state=Timer.State.ARMED).aggregate(at=Min("wake_at"))["at"]
    return max((now - oldest).total_seconds(), 0.0) if oldest else 0.0


def runners_alive(*, now: datetime) -> list[TimerRunner]:
    """Those that said within ten seconds that they live; the workers' own row among them, if it is fresh.

    Not those seen in the future, either: a clock that was ahead wrote that.
    """
    seen = TimerRunner.objects.filter(seen_at__range=(now - ALIVE_WITHIN, now + ALIVE_WITHIN))
    return list(seen.exclude(name=EARLIER).order_by("name"))


def dispatchers(runners: list[TimerRunner]) -> list[TimerRunner]:
    """Those of them that are ``run_timers`` processes."""
    return [runner for runner in runners if runner.name != QUEUE]
