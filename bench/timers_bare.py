"""The same rows as a dispatcher writes, by plain SQL in one batch: the limit of the machine."""

from time import perf_counter

from django.db import connection, models, transaction

from cases.models import Case, CaseEvent, Supervision

_MARKS = ("events_count", "head_hash", "clock_rung", "escalation", "overdue_at")
_STAGED: dict[str, type[models.Model]] = {"bare_event": CaseEvent, "bare_supervision": Supervision}
_TELL = """
WITH told AS (
  INSERT INTO core_outboxevent (topic, subject, payload, created_at)
  SELECT topic, subject, payload, created_at FROM bare_outbox RETURNING id, created_at
)
INSERT INTO core_outboxdelivery (event_id, consumer, state, attempts, due_at, error)
SELECT told.id, owed.consumer, 'pending', 0, told.created_at, ''
FROM told, (SELECT DISTINCT consumer FROM core_outboxdelivery) AS owed
"""


def _columns(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields if not field.primary_key]


def stage(done: list[int], fresh: list[int]) -> list[str]:
    """Lay aside what was written for the cases ``done``, for as many fresh ones; the SQL that writes it."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bare_pair (old bigint PRIMARY KEY, new bigint)")
        cursor.execute(
            "INSERT INTO bare_pair SELECT * FROM unnest(%s::bigint[], %s::bigint[])", [done, fresh]
        )
        for name, model in _STAGED.items():
            cursor.execute(f"CREATE TEMP TABLE {name} AS SELECT {_select(model)} FROM {_joined(model)}")
        marks = ", ".join(f"c.{name}" for name in _MARKS)
        cursor.execute(
            f"CREATE TEMP TABLE bare_case AS SELECT p.new AS id, {marks} "
            "FROM cases_case c JOIN bare_pair p ON p.old = c.id"
        )
        told = "SELECT topic, subject, payload, created_at FROM core_outboxevent"
        cursor.execute(f"CREATE TEMP TABLE bare_outbox AS {told}")
        cursor.execute("CREATE TEMP TABLE bare_timer AS SELECT 'case:' || new AS subject FROM bare_pair")
        for name in ("event", "supervision", "case", "outbox", "timer"):
            cursor.execute(f"ANALYZE bare_{name}")
    return [
        *(_insert(model, name) for name, model in _STAGED.items()),
        f"UPDATE {Case._meta.db_table} c SET {', '.join(f'{name} = b.{name}' for name in _MARKS)} "
        "FROM bare_case b WHERE b.id = c.id",
        _TELL,
        "UPDATE core_timer t SET state = 'fired', fired_at = clock_timestamp() FROM bare_timer b "
        "WHERE b.subject = t.subject AND t.state = 'armed'",
    ]


def _insert(model: type[models.Model], name: str) -> str:
    return f"INSERT INTO {model._meta.db_table} ({', '.join(_columns(model))}) SELECT * FROM {name}"


def _select(model: type[models.Model]) -> str:
    return ", ".join("p.new AS case_id" if name == "case_id" else f"t.{name}" for name in _columns(model))


def _joined(model: type[models.Model]) -> str:
    return f"{model._meta.db_table} t JOIN bare_pair p ON p.old = t.case_id"


def write(statements: list[str]) -> float:
    """Write it all in one transaction; seconds, the commit among them."""
    began = perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return perf_counter() - began
