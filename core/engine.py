"""What only an engine's own SQL can say, each with its form for PostgreSQL and for SQLite."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from core.models import Timer

# A dispatcher passes over rows that somebody holds. Should a handler's statement wait all the same, it
# gives up before PostgreSQL would look for a deadlock (after one second).
_NO_LONGER_THAN: Final = "900ms"
_PORTION: Final = 500

Row = tuple[str, str, int, int, datetime, str]

# The same on both engines. What has fired, and what was set aside, stays as it is.
_TURN: Final = """
INSERT INTO core_timer (subject, rule, level, generation, due_at, wake_at, state, attempts, error)
VALUES {rows}
ON CONFLICT (subject, rule, level, generation) DO UPDATE
SET state = EXCLUDED.state, due_at = EXCLUDED.due_at, wake_at = EXCLUDED.wake_at, attempts = 0, error = ''
WHERE core_timer.state IN ('armed', 'paused', 'superseded') AND core_timer.state <> EXCLUDED.state
"""
_VALUES: Final = "(%s, %s, %s, %s, %s, %s, %s, 0, '')"


def turn(rows: Sequence[Row]) -> None:
    """Give timers (subject, rule, level, generation, due_at) their state: armed, superseded or paused.

    New ones are written. One statement for every five hundred. What fired already does not fire again.
    """
    for start in range(0, len(rows), _PORTION):
        portion = rows[start : start + _PORTION]
        values = ", ".join([_VALUES] * len(portion))
        with connection.cursor() as cursor:
            cursor.execute(_TURN.format(rows=values), [held for row in portion for held in _held(row)])


def _held(row: Row) -> tuple[Any, ...]:
    *key, due_at, state = row
    moment = Timer._meta.get_field("due_at").get_db_prep_value(due_at, connection)
    return (*key, moment, moment, str(state))


def wait_briefly() -> None:
    """Have no statement of this transaction wait long for a lock. SQLite has one lock, held by now."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_NO_LONGER_THAN])
