"""Many rows of one table in one statement, several times as quickly as the ORM builds it.

On PostgreSQL the rows travel as one JSON document that the server takes apart, so that nothing is adapted
value by value; on SQLite it is ``bulk_create`` and ``bulk_update``.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, Final, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import DateTimeField, Field, Model, QuerySet
from django.db.models.base import ModelState

_INSERT: Final = "INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_to_recordset(%s) AS v ({types})"
_UPDATE: Final = (
    "UPDATE {table} AS t SET {sets} FROM jsonb_to_recordset(%s) AS v ({types}) WHERE t.{key} = v.{key}"
)
_PORTION: Final = 2000
# SQLite takes so many values in one statement.
_FEW: Final = 200
Values = Mapping[str, Any]
Row = TypeVar("Row")
Found = TypeVar("Found", bound=Model)


def rows_insert(rows: Sequence[Model]) -> None:
    """Write new rows of one model, as ``bulk_create`` does, but for their ids, which are not read back.

    Every column has its value in the row; one that the database fills in by itself is not for this.
    """
    if connection.vendor != "postgresql":
        for portion in _portions(rows):
            type(portion[0])._default_manager.bulk_create(portion)
        return
    for portion in _portions(rows):
        fields = _given(type(portion[0]))
        _write(_insert(type(portion[0])), _taken(portion, fields), fields)


def values_insert(model: type[Model], rows: Sequence[Values]) -> list[int]:
    """Write new rows of a model, each {column: value}, the others by their defaults; the keys, in order."""
    if connection.vendor != "postgresql":
        made = (model._default_manager.bulk_create(model(**row) for row in some) for some in _portions(rows))
        return [row.pk for portion in made for row in portion]
    statement, fields = f"{_insert(model)} RETURNING {model._meta.pk.column}", _given(model)
    blank = {str(field.column): field.get_default() for field in fields}
    return [
        key
        for some in _portions(rows)
        for key in _write(statement, [{**blank, **row} for row in some], fields)
    ]


def rows_read(found: QuerySet[Found], names: Sequence[str]) -> list[Found]:
    """Rows with these columns of their own (a key of another by its column), as ``only`` gives them.

    What ``Model.__init__`` does for every column there is takes longer than to read a few; a column left out
    is asked for when it is needed, as ever.
    """
    rows, using = [], found.db
    for values in found.values_list(*names):
        row = found.model.__new__(found.model)
        row.__dict__.update(zip(names, values, strict=True), _state=ModelState())
        row._state.adding, row._state.db = False, using
        rows.append(row)
    return rows


def rows_update(rows: Sequence[Model], names: Sequence[str]) -> None:
    """Write these fields of saved rows of one model, which the caller has locked, as ``bulk_update`` does."""
    if connection.vendor != "postgresql":
        for portion in _portions(rows):
            type(portion[0])._default_manager.bulk_update(portion, names, batch_size=_FEW)
        return
    for portion in _portions(rows):
        model = type(portion[0])
        fields = _keyed(model, tuple(names))
        _write(_update(model, tuple(names)), _taken(portion, fields), fields)


def _portions(rows: Sequence[Row]) -> list[Sequence[Row]]:
    return [rows[start : start + _PORTION] for start in range(0, len(rows), _PORTION)]


def _taken(rows: Sequence[Model], fields: "Sequence[Field[Any, Any]]") -> list[dict[str, Any]]:
    """The columns of rows with their values."""
    columns = [str(field.column) for field in fields]
    take = attrgetter(*(field.attname for field in fields))
    return [dict(zip(columns, take(row), strict=True)) for row in rows]


def _write(statement: str, rows: Sequence[dict[str, Any]], fields: "Sequence[Field[Any, Any]]") -> list[int]:
    # The encoder would cut a moment to milliseconds.
    for column in (str(field.column) for field in fields if isinstance(field, DateTimeField)):
        for row in rows:
            if row[column] is not None:
                row[column] = row[column].isoformat()
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(rows, cls=DjangoJSONEncoder)])
        return [key for (key,) in cursor.fetchall()] if cursor.description else []


@cache
def _given(model: type[Model]) -> "tuple[Field[Any, Any], ...]":
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


@cache
def _keyed(model: type[Model], names: tuple[str, ...]) -> "tuple[Field[Any, Any], ...]":
    fields = {field.name: field for field in model._meta.concrete_fields}
    return (model._meta.pk, *(fields[name] for name in names))


@cache
def _insert(model: type[Model]) -> str:
    fields = _given(model)
    names = ", ".join(f'"{field.column}"' for field in fields)
    return _INSERT.format(table=model._meta.db_table, names=names, types=_types(fields))


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> str:
    fields = _keyed(model, names)
    sets = ", ".join(f'"{field.column}" = v."{field.column}"' for field in fields[1:])
    return _UPDATE.format(table=model._meta.db_table, sets=sets, types=_types(fields), key=fields[0].column)


def _types(fields: "Sequence[Field[Any, Any]]") -> str:
    """Each column with its type; a key's type is that of a column which refers to it."""
    kinds = ((f.column, (f.rel_db_type if f.primary_key else f.db_type)(connection)) for f in fields)
    return ", ".join(f'"{column}" {kind}' for column, kind in kinds)
