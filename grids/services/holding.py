"""Who holds which rows of areas, and in which order, so that nobody waits for another in a ring.

Whoever changes areas locks what lies above grids first and lets reports pass it, then the grids for itself
alone, both by id. Whoever only needs an area to stay as it is (a report, a posting, a case that moves) holds
that one row and nothing else of areas.
"""

from django.db import connection, transaction
from django.db.models import QuerySet

from grids.models import Area


class _MovedOn(Exception):
    """The row is not as it was looked at; what was locked meanwhile is let go."""


def area_held(area: Area) -> bool:
    """Whether the area is in force in the version it was read at, and from here stays so until the
    transaction ends; when not, nothing is held.

    Those who hold an area so share it with each other. SQLite's transactions run one by one.
    """
    share = " FOR SHARE" if connection.vendor == "postgresql" else ""
    table = connection.ops.quote_name(Area._meta.db_table)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT valid_to, version FROM {table} WHERE id = %s{share}", [area.pk])  # noqa: S608
            if cursor.fetchone() != (None, area.version):
                raise _MovedOn
    except _MovedOn:
        return False
    return True


def areas_hold(rows: QuerySet[Area]) -> list[Area]:
    """Lock areas until the transaction ends, in the order of the house; returns them by id, grids last."""
    above = rows.exclude(level=Area.Level.GRID).select_for_update(of=("self",), no_key=True)
    grids = rows.filter(level=Area.Level.GRID).select_for_update(of=("self",))
    return [*above.order_by("pk"), *grids.order_by("pk")]
