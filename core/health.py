"""What an operator's monitor asks: does the database answer, is anything owed too long, is it migrated."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from kombu import Connection

from core.models import OutboxDelivery, Timer, TimerRunner
from core.timer_state import dispatchers, runners_alive, timers_late

OUTBOX_LATE_SECONDS = 300
TIMERS_LATE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One checked thing: its name, whether it is well, and a figure or word beside it."""

    name: str
    well: bool
    detail: str


def health_report(*, now: datetime) -> list[Finding]:
    """Everything checked, in a fixed order. The broker may be away: nothing rests on it, so it only warns."""
    alive = runners_alive(now=now)
    return [
        _database(),
        _migrations(),
        _outbox(now),
        _dead(),
        _timers(now),
        _aside(),
        _runners(alive),
        _clocks(alive),
    ]


def broker_finding() -> Finding:
    """Whether the broker takes a connection within two seconds; no correctness rests on it."""
    try:
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except Exception as error:  # any transport's own error class
        return Finding("broker", False, type(error).__name__)
    return Finding("broker", True, settings.CELERY_BROKER_URL.split("://", 1)[0])


def _database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Finding("database", True, connection.vendor)


def _migrations() -> Finding:
    waiting = cache.get("health.migrations")
    if waiting is None:
        executor = MigrationExecutor(connection)
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        # Asked once a minute at most: building the graph takes a tenth of a second.
        cache.set("health.migrations", waiting, 60)
    return Finding("migrations", waiting == 0, f"{waiting} to apply")


def _outbox(now: datetime) -> Finding:
    pending = OutboxDelivery.objects.filter(state=OutboxDelivery.State.PENDING)
    oldest = pending.order_by("due_at").values_list("due_at", flat=True).first()
    late = max((now - oldest).total_seconds(), 0.0) if oldest else 0.0
    return Finding("outbox", late < OUTBOX_LATE_SECONDS, f"{late:.0f} s behind")


def _dead() -> Finding:
    dead = OutboxDelivery.objects.filter(state=OutboxDelivery.State.DEAD).count()
    return Finding("dead letters", dead == 0, str(dead))


def _timers(now: datetime) -> Finding:
    late = timers_late(now=now)
    return Finding("timers", late < TIMERS_LATE_SECONDS, f"{late:.0f} s behind")


def _aside() -> Finding:
    aside = Timer.objects.filter(state=Timer.State.ASIDE).count()
    return Finding("timers set aside", aside == 0, str(aside))


def _runners(alive: list[TimerRunner]) -> Finding:
    """Enough of them, where the operator said how many there are to be; Celery beat fires without any."""
    count, wanted = len(dispatchers(alive)), settings.TIMER_RUNNERS
    return Finding("timer runners", count >= wanted, f"{count} of {wanted}")


def _clocks(alive: list[TimerRunner]) -> Finding:
    refusing = [runner for runner in alive if runner.refusing]
    worst = max((abs(runner.skew_ms) for runner in alive), default=0)
    return Finding("clocks", not refusing, f"{worst / 1000:.1f} s apart, {len(refusing)} refusing")
