"""Takes away what a test left that committed: row by row, and what migrations brought stands again.

Django would truncate every table, which takes PostgreSQL seconds for a hundred tables of a few rows, and make
all permissions and kinds of content anew, under other keys.
"""

from collections.abc import Sequence

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from core.appendonly import install_triggers, remove_triggers
from tests.kept import Rows

_brought: list[tuple[type[Model], Rows]] = []


def remember() -> None:
    """Keep what stands in the database before any test has committed."""
    if not _brought:
        _brought.extend(
            (model, Rows([(model, list(model._base_manager.order_by("pk")))])) for model in _full()
        )


def empty() -> None:
    """Leave what was remembered and nothing else. The append-only triggers are lifted for it and put back."""
    with transaction.atomic():
        remove_triggers(connection)
        _delete([*_full(), *(model for model, _rows in _brought)])
        for _model, rows in _brought:
            rows.write()
        install_triggers(connection)


def _delete(models: Sequence[type[Model]]) -> None:
    with connection.cursor() as cursor:
        for table in dict.fromkeys(model._meta.db_table for model in models):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a table of ours


def _full() -> list[type[Model]]:
    """The tables with anything in them."""
    models = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]
    tables = (connection.ops.quote_name(model._meta.db_table) for model in models)
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"EXISTS (SELECT 1 FROM {table})" for table in tables))  # noqa: S608
        found = cursor.fetchone()
    return [model for model, there in zip(models, found, strict=True) if there]
