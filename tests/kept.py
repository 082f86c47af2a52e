"""Rows that many tests begin with: made once in a process, from then on written again as they were.

What the services take a tenth of a second to make is back in some thousandths, with the same keys.
"""

import pickle
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

_READS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")
Made = TypeVar("Made")
_WRITTEN_TO = re.compile(r'(?:INSERT (?:OR [A-Z]+ )?INTO|UPDATE|DELETE FROM) "?(\w+)')


@dataclass
class _Writes:
    """Counts what this thread writes."""

    count: int = 0

    def __call__(self, execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        self.count += not str(sql).startswith(_READS)
        return execute(sql, *rest)


_writes = _Writes()


def writes() -> int:
    """How often this thread has written so far; the first call begins to count."""
    if _writes not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _writes)
        _writes.count += 1
    return _writes.count


def tables() -> list[type[Model]]:
    """All tables there are, each once."""
    return [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]


def standing() -> list[type[Model]]:
    """The tables with anything in them."""
    names = (connection.ops.quote_name(model._meta.db_table) for model in tables())
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"EXISTS (SELECT 1 FROM {name})" for name in names))  # noqa: S608
        found = cursor.fetchone()
    return [model for model, there in zip(tables(), found, strict=True) if there]


class Rows:
    """The rows that stand in some tables now, to be written again; the ORM tells the statements once."""

    def __init__(self, models: Iterable[type[Model]]) -> None:
        self._tables = [(model, list(model._base_manager.order_by("pk"))) for model in models]
        self._statements: list[tuple[str, Any]] = []

    def write(self) -> None:
        """Put them into the database, which has none of them. References are looked at when all are there."""
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


_kept: dict[str, tuple[Rows, bytes]] = {}


def kept(key: str, make: Callable[[], Made]) -> Made:
    """What ``make`` returns, with the rows it wrote; made anew unless it wrote into empty tables alone."""
    if key in _kept:
        rows, value = _kept[key]
        rows.write()
        made: Made = pickle.loads(value)  # noqa: S301 - our own, from this process
        return made
    before, named = standing(), set[str]()

    def note(execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        named.update(_WRITTEN_TO.findall(str(sql)))
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        made = make()
    touched = [model for model in tables() if model._meta.db_table in named]
    if set(touched).isdisjoint(before):
        _kept[key] = (Rows(touched), pickle.dumps(made))
    return made
