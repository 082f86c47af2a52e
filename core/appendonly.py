"""Triggers that make a table append-only, on both engines side by side.

A table named here can be inserted into and read; UPDATE, DELETE and (on PostgreSQL) TRUNCATE fail.
There is no switch: a person with database rights can drop a trigger, and the hash chain shows it.
"""

from django.db import migrations
from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY = ("cases_caseevent", "core_auditentry", "cases_headdigest", "cases_headleaf")

_PG_FUNCTION = """
CREATE OR REPLACE FUNCTION citymgmt_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def _create(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        return [
            _PG_FUNCTION,
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION citymgmt_append_only()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION citymgmt_append_only()",
        ]
    return [
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("update", "delete")
    ]


def _drop(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        names = (f"{table}_append_only", f"{table}_no_truncate")
        return [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name in names]
    return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for verb in ("update", "delete")]


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def install_triggers(connection: BaseDatabaseWrapper, tables: tuple[str, ...] = APPEND_ONLY) -> None:
    """Put the triggers on (again); safe to call twice."""
    for table in tables:
        _run(connection, _drop(connection.vendor, table) + _create(connection.vendor, table))


def remove_triggers(connection: BaseDatabaseWrapper, tables: tuple[str, ...] = APPEND_ONLY) -> None:
    """Take the triggers off: for a migration's way back, and for the tests' clean-up alone."""
    for table in tables:
        _run(connection, _drop(connection.vendor, table))


def operation(table: str) -> migrations.RunPython:
    """The migration operation that makes ``table`` append-only, and its reverse."""
    return migrations.RunPython(
        lambda apps, editor: install_triggers(editor.connection, (table,)),
        lambda apps, editor: remove_triggers(editor.connection, (table,)),
    )
