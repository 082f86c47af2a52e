"""What the two engines do differently for cases: indexes for words inside a text, and taking turns.

``icontains`` asks PostgreSQL for ``UPPER(column::text) LIKE UPPER('%words%')``; a trigram index on that very
expression answers it. SQLite has nothing of the kind and reads the table.
"""

from django.db import connection, migrations
from django.db.backends.base.base import BaseDatabaseWrapper

_TABLE = "cases_case"
_DIGEST_TURN = 0x4845414453  # any number of our own that no other advisory lock has
_SEARCHED = {"case_description_words": "description", "case_address_words": "address"}


def _create(vendor: str) -> list[str]:
    if vendor != "postgresql":
        return []
    # Asks for no right where the extension is there already; else the owner of the database may create it.
    return ["CREATE EXTENSION IF NOT EXISTS pg_trgm"] + [
        f"CREATE INDEX {name} ON {_TABLE} USING gin (upper({column}::text) gin_trgm_ops)"
        for name, column in _SEARCHED.items()
    ]


def _drop(vendor: str) -> list[str]:
    # The extension stays: somebody else may use it.
    return [f"DROP INDEX IF EXISTS {name}" for name in _SEARCHED] if vendor == "postgresql" else []


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def search_indexes() -> migrations.RunPython:
    """The migration operation that makes the words of cases quick to search, and its reverse."""
    return migrations.RunPython(
        lambda apps, editor: _run(editor.connection, _create(editor.connection.vendor)),
        lambda apps, editor: _run(editor.connection, _drop(editor.connection.vendor)),
    )


def digest_turn() -> None:
    """Wait until no other transaction writes digests; the turn ends with the caller's transaction.

    SQLite's write transactions stand in line anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_DIGEST_TURN])
