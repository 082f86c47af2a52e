"""Rows that many tests begin with: made once in a process, from then on written again as they were.

What the services take a tenth of a second to make is back in some thousandths, with the same keys.
"""

import pickle
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

_READS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")
Made = TypeVar("Made")
_WRITTEN_TO = re.compile(r'(?:INSERT (?:OR [A-Z]+ )?INTO|UPDATE|DELETE FROM) "?(\w+)')


@dataclass
class _Watch:
    """Counts what this process writes, and notes into which tables."""

    count: int = 0
    tables: set[str] = field(default_factory=set)

    def __call__(self, execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        text = str(sql)
        if not text.startswith(_READS):
            self.count += 1
            self.tables.update(_WRITTEN_TO.findall(text))
        return execute(sql, *rest)


_watch = _Watch()


def writes() -> int:
    """How often this thread has written so far; the first call begins to count."""
    if _watch not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _watch)
        _watch.count += 1
    return _watch.count


class Rows:
    """Rows of some tables, those first that others refer to; the ORM is asked for the statements once."""

    def __init__(self, tables: Iterable[tuple[type[Model], list[Model]]]) -> None:
        self._tables = [(model, rows) for model, rows in tables if rows]
        self._statements: list[tuple[str, Any]] = []

    def write(self) -> None:
        """Put them into the database, which has none of them."""
        with transaction.atomic():
            if self._statements:
                with connection.cursor() as cursor:
                    for sql, params in self._statements:
                        cursor.execute(sql, params)
                return
            with connection.execute_wrapper(self._note):
                for model, rows in self._tables:
                    model._base_manager.bulk_create(rows)

    def _note(self, execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
        if sql.startswith("INSERT"):
            self._statements.append((sql, params))
        return execute(sql, params, *rest)


_kept: dict[str, tuple[Rows, bytes] | None] = {}
_empty: set[type[Model]] = set()


def forget() -> None:
    """What was made stands on rows that are there no more."""
    _kept.clear()
    _empty.clear()


def kept(key: str, make: Callable[[], Made], *, untouched: bool) -> Made:
    """What ``make`` returns, with the rows it wrote; ``untouched`` when nothing was written since the cast.

    Made again where something was, or where it changed rows that had been there.
    """
    if not untouched:
        return make()
    if key not in _kept:
        return _made(key, make)
    found = _kept[key]
    if found is None:
        return make()
    rows, value = found
    rows.write()
    made: Made = pickle.loads(value)  # noqa: S301 - our own, from this process
    return made


def _made(key: str, make: Callable[[], Made]) -> Made:
    models = apps.get_models(include_auto_created=True)
    if not _empty:
        _empty.update(model for model in models if not model._base_manager.exists())
    _watch.tables.clear()
    value = make()
    touched = [model for model in models if model._meta.db_table in _watch.tables]
    new = set(touched) <= _empty
    rows = Rows((model, list(model._base_manager.order_by("pk"))) for model in touched)
    _kept[key] = (rows, pickle.dumps(value)) if new else None
    return value
