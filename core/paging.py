"""Keyset pages: no page number, no count of everything, no row twice. Capped in size."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import DataError
from django.db.models import Model, Q, QuerySet
from django.utils.timezone import is_naive
from django.utils.translation import gettext_lazy as _

from core.errors import BadInput

Row = TypeVar("Row", bound=Model)
DEFAULT_SIZE, MOST = 25, 100


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows in order and the cursors to the neighbouring pages ("" where there is none)."""

    rows: list[Row]
    next: str
    previous: str


def size_of(raw: str | int | None) -> int:
    """A page size between 1 and 100 from what a client sent; 25 when it sent nothing usable."""
    try:
        return min(max(int(raw or DEFAULT_SIZE), 1), MOST)
    except ValueError:
        return DEFAULT_SIZE


def page_of(rows: QuerySet[Row], *, by: str, cursor: str = "", size: int = DEFAULT_SIZE) -> Page[Row]:
    """One page of ``rows`` ordered by the column ``by`` ("-opened_at" for newest first), then by id.

    Raises:
        BadInput: the cursor is not one of ours.
    """
    size = size_of(size)
    descending, column = by.startswith("-"), by.lstrip("-")
    mark = _decode(cursor)
    backwards = bool(mark and mark["b"])
    if mark:
        rows = _beyond(rows, column, mark, descending != backwards)
    sign = "-" if descending != backwards else ""
    found = _rows(rows.order_by(f"{sign}{column}", f"{sign}pk")[: size + 1], bool(mark))
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_next, has_previous = (bool(mark), more) if backwards else (more, bool(mark))
    return Page(
        found,
        _encode(found[-1], column, back=False) if found and has_next else "",
        _encode(found[0], column, back=True) if found and has_previous else "",
    )


def _rows(rows: QuerySet[Row], marked: bool) -> list[Row]:
    try:
        return list(rows)
    except (ValueError, OverflowError, DataError) as error:
        # A forged marker can name a moment or a text the database can't be asked for.
        if not marked:
            raise
        raise BadInput(_BAD_CURSOR, field="cursor") from error


def _beyond(rows: QuerySet[Row], column: str, mark: dict[str, Any], down: bool) -> QuerySet[Row]:
    verb = "lt" if down else "gt"
    try:
        mark["v"] = _value(rows, column, mark["v"])
        return rows.filter(
            Q(**{f"{column}__{verb}": mark["v"]}) | Q(**{column: mark["v"], f"pk__{verb}": mark["i"]})
        )
    except Exception as error:
        raise BadInput(_BAD_CURSOR, field="cursor") from error


def _value(rows: QuerySet[Row], column: str, value: Any) -> Any:
    """The mark's value as the column's type; times in it carry their zone."""
    field: Any = rows.model._meta.get_field(column)
    typed = field.to_python(value)
    if typed is None or (isinstance(typed, datetime) and is_naive(typed)):
        raise ValueError(f"{column} is never {value!r}")
    return typed


_BAD_CURSOR = _("This page marker is not valid any more. Go back to the first page.")


def _encode(row: Model, column: str, *, back: bool) -> str:
    value = getattr(row, column)
    mark = {"v": value.isoformat() if hasattr(value, "isoformat") else value, "i": row.pk, "b": back}
    return base64.urlsafe_b64encode(json.dumps(mark).encode()).decode().rstrip("=")


def _decode(cursor: str) -> dict[str, Any] | None:
    if not cursor:
        return None
    try:
        mark = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return {"v": mark["v"], "i": int(mark["i"]), "b": bool(mark["b"])}
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise BadInput(_BAD_CURSOR, field="cursor") from error
