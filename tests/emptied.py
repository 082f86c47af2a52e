"""Takes away what a test left that committed: row by row, and what migrations brought stands again.

Django would truncate every table, which takes PostgreSQL seconds for a hundred tables of a few rows, and make
all permissions and kinds of content anew, under other keys.
"""

from functools import cache

from django.db import connection, transaction

from core.appendonly import install_triggers, remove_triggers
from tests.kept import Rows, standing


@cache
def brought() -> Rows:
    """What migrations brought: asked for first before any test has committed, and known from then on."""
    return Rows(standing())


def empty() -> None:
    """Leave what was brought and nothing else. The append-only triggers are lifted for it and put back."""
    with transaction.atomic():
        remove_triggers(connection)
        with connection.cursor() as cursor:
            for model in standing():
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
        brought().write()
        install_triggers(connection)
