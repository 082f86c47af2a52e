"""The one place that reads a clock. Doors ask here; everything below takes ``now``."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection


def now() -> datetime:
    """The present moment, aware, in UTC.

    On PostgreSQL it is the database's clock, so that every web process, worker and dispatcher of an
    installation agrees to the microsecond; on SQLite there is one machine and its clock will do.
    """
    if connection.vendor != "postgresql":
        return own()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)


def own() -> datetime:
    """This process's own clock; only good for holding the database's against it."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """The present moment, and how many seconds the database's clock is ahead of this process's own."""

    now: datetime
    skew: float


def reading() -> Reading:
    """Read both clocks; what the asking itself took is no difference. Before it: negative."""
    before = own()
    moment = now()
    after = own()
    if moment < before:
        return Reading(moment, (moment - before).total_seconds())
    return Reading(moment, max(0.0, (moment - after).total_seconds()))
