"""What the processes that fire timers tell about themselves."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from core.models import TimerRunner

# Upper bounds in seconds; what is later still stands under "+Inf".
BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
ENDLESS: Final = "+Inf"
QUEUE: Final = "celery"  # the row under which the workers count what they fire
EARLIER: Final = "earlier"  # the row that keeps the figures of processes long gone
FORGOTTEN_AFTER: Final = timedelta(days=1)


@dataclass(slots=True)
class Lateness:
    """How late timers fired, counted under upper bounds."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, late: Iterable[float]) -> None:
        for seconds in late:
            self.counts[next((str(bound) for bound in BOUNDS if seconds <= bound), ENDLESS)] += 1
            self.seconds += seconds

    @property
    def fired(self) -> int:
        return self.counts.total()


def runner_seen(
    *, name: str, now: datetime, skew: float, refusing: bool, lateness: Lateness, started: bool = False
) -> None:
    """Note that a process lives, how its clock stands (seconds), and what it fired since it last said so."""
    with transaction.atomic():
        row, _made = TimerRunner.objects.select_for_update().get_or_create(
            name=name, defaults={"started_at": now, "seen_at": now}
        )
        row.started_at = now if started else row.started_at
        row.seen_at, row.refusing = now, refusing
        row.skew_ms = max(-(2**31), min(2**31 - 1, round(skew * 1000)))
        _count(row, lateness.counts, lateness.seconds)
        row.save()


def _count(row: TimerRunner, counts: Counter[str], seconds: float) -> None:
    row.lateness = dict(Counter(row.lateness) + counts)
    row.fired += counts.total()
    row.late_sum += seconds


def runners_forget(*, now: datetime) -> int:
    """Drop processes not seen for a day; their figures stay, together, so that sums never fall."""
    with transaction.atomic():
        old = TimerRunner.objects.exclude(name=EARLIER).filter(seen_at__lt=now - FORGOTTEN_AFTER)
        rows = list(old.select_for_update(skip_locked=True).order_by("pk"))
        if not rows:
            return 0
        earlier, _made = TimerRunner.objects.select_for_update().get_or_create(
            name=EARLIER, defaults={"started_at": rows[0].started_at, "seen_at": rows[0].seen_at}
        )
        for row in rows:
            _count(earlier, Counter(row.lateness), row.late_sum)
        earlier.save()
        return TimerRunner.objects.filter(pk__in=[row.pk for row in rows]).delete()[0]
