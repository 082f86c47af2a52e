"""Holding a grid while a case is filed in it, so that it can't be retired in the same moment."""

from django.db import connection

from grids.models import Area


def grid_held(grid: Area) -> bool:
    """Whether the grid is in force, and from here stays so until the transaction ends.

    Retiring locks the area's row for itself alone; reports share it with each other. An area above can't
    be retired before its grids, so the grid's row is enough. SQLite's transactions run one by one.
    """
    share = " FOR KEY SHARE" if connection.vendor == "postgresql" else ""
    table = connection.ops.quote_name(Area._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT valid_to FROM {table} WHERE id = %s{share}", [grid.pk])  # noqa: S608
        row = cursor.fetchone()
    return row is not None and row[0] is None
