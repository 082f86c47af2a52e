"""Who holds which rows of areas, and in which order, so that nobody waits for another in a ring.

Whoever changes areas locks what lies above grids first and lets reports pass it, then the grids for itself
alone, both by id. Whoever only needs an area to stay as it is (a report, a posting, a case that moves) holds
that one row and nothing else of areas.
"""

from typing import Any

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
    try:
        with transaction.atomic():
            if _shared(area.pk, "valid_to, version") != (None, area.version):
                raise _MovedOn
    except _MovedOn:
        return False
    return True


def grid_held(grid_id: int) -> tuple[int, ...] | None:
    """The district, street, community and grid of a grid in force, which stays so from here until the
    transaction ends; None, and nothing held, when it was retired."""
    try:
        with transaction.atomic():
            valid_to, *above = _shared(grid_id, "valid_to, district_id, street_id, community_id")
            if valid_to is not None:
                raise _MovedOn
    except _MovedOn:
        return None
    return (*above, grid_id)


def _shared(area_id: int, columns: str) -> tuple[Any, ...]:
    share = " FOR SHARE" if connection.vendor == "postgresql" else ""
    table = connection.ops.quote_name(Area._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} WHERE id = %s{share}", [area_id])  # noqa: S608
        return tuple(cursor.fetchone() or ())


def areas_hold(rows: QuerySet[Area]) -> list[Area]:
    """Lock areas until the transaction ends, in the order of the house; returns them by id, grids last."""
    above = rows.exclude(level=Area.Level.GRID).select_for_update(of=("self",), no_key=True)
    grids = rows.filter(level=Area.Level.GRID).select_for_update(of=("self",))
    return [*above.order_by("pk"), *grids.order_by("pk")]
