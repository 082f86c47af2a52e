"""The one place that reads a clock. Doors ask here; everything below takes ``now``."""

from datetime import UTC, datetime

from django.db import connection


def now() -> datetime:
    """The present moment, aware, in UTC.

    On PostgreSQL it is the database's clock, so that every web process, worker and dispatcher of an
    installation agrees to the microsecond; on SQLite there is one machine and its clock will do.
    """
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)
