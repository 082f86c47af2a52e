"""Many rows of one table in one statement, several times as quickly as the ORM builds it.

On PostgreSQL what differs from row to row travels as one JSON document that the server takes apart, and what
is the same in all of them once, so that little is adapted value by value; on SQLite it is ``bulk_create`` and
``bulk_update``.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, Final, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import DateTimeField, F, Field, JSONField, Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.sql.subqueries import UpdateQuery

_PORTION: Final = 2000
# SQLite takes so many values in one statement.
_FEW: Final = 200
Values = Mapping[str, Any]
Columns = Mapping[str, Sequence[Any]]
Row = TypeVar("Row")
Found = TypeVar("Found", bound=Model)


def rows_insert(rows: Sequence[Model]) -> None:
    """Write new rows of one model, as ``bulk_create`` does, but for their ids, which are not read back.

    Every column has its value in the row; one that the database fills in by itself is not for this.
    """
    for portion in _portions(rows):
        model = type(portion[0])
        if connection.vendor != "postgresql":
            model._default_manager.bulk_create(portion)
        else:
            fields = _given(model)
            _insert(model, fields, _taken(portion, fields))


def values_insert(model: type[Model], rows: Sequence[Values]) -> list[int]:
    """Write new rows of a model, each {column: value}, the others by their defaults; the keys, in order."""
    if connection.vendor != "postgresql":
        made = (model._default_manager.bulk_create(model(**row) for row in some) for some in _portions(rows))
        return [row.pk for portion in made for row in portion]
    fields = _given(model)
    blank = {str(field.column): field.get_default() for field in fields}
    whole = (
        {name: [row.get(name, held) for row in some] for name, held in blank.items()}
        for some in _portions(rows)
    )
    return [key for portion in whole for key in _insert(model, fields, portion)]


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
    for portion in _portions(rows):
        model = type(portion[0])
        if connection.vendor != "postgresql":
            model._default_manager.bulk_update(portion, names, batch_size=_FEW)
            continue
        known = {field.name: field for field in model._meta.concrete_fields}
        fields = (model._meta.pk, *(known[name] for name in names))
        _update(model, fields, _taken(portion, fields))


def rows_change(rows: QuerySet[Found], told: Sequence[str], **values: Any) -> list[tuple[Any, ...]]:
    """Update rows and tell these columns of those that were, as they are now, in one statement.

    Raises:
        EmptyResultSet: the condition can hold for no row, such as one of no keys.
    """
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values(values)
    compiler = query.get_compiler(rows.db)
    statement, params = compiler.as_sql()
    fields: list[Any] = [rows.model._meta.get_field(name) for name in told]
    names = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} RETURNING {names}", params)
        found = cursor.fetchall()
    converters = compiler.get_converters([field.cached_col for field in fields])
    return [tuple(row) for row in compiler.apply_converters(found, converters)]


def rows_with_many(rows: QuerySet[Found], name: str) -> list[tuple[Found, list[Any]]]:
    """Rows, in their order, each with the rows of one many-to-many relation of theirs, in one statement."""
    other: Any = rows.model._meta.get_field(name).related_model
    columns = [field.attname for field in other._meta.concrete_fields]
    aliases = {f"{name}__{column}": f"{name}_{column}_of_it" for column in columns}
    found: dict[Any, tuple[Found, list[Any]]] = {}
    for row in rows.annotate(**{alias: F(path) for path, alias in aliases.items()}):
        values = [vars(row).pop(alias) for alias in aliases.values()]
        _row, many = found.setdefault(row.pk, (row, []))
        if values[0] is not None:
            many.append(other.from_db(rows.db, columns, values))
    return list(found.values())


def _portions(rows: Sequence[Row]) -> list[Sequence[Row]]:
    return [rows[start : start + _PORTION] for start in range(0, len(rows), _PORTION)]


def _given(model: type[Model]) -> "list[Field[Any, Any]]":
    return [field for field in model._meta.concrete_fields if not field.primary_key]


def _taken(rows: Sequence[Model], fields: "Sequence[Field[Any, Any]]") -> Columns:
    """What rows hold, by column."""
    take = attrgetter(*(field.attname for field in fields))
    held = zip(*map(take, rows), strict=True)
    return {str(field.column): list(values) for field, values in zip(fields, held, strict=True)}


def _insert(model: type[Model], fields: "Sequence[Field[Any, Any]]", columns: Columns) -> list[int]:
    said = _Said(fields, columns)
    names = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(said.value_of[str(field.column)] for field in fields)
    return said.run(
        f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values} FROM {said.rows} "  # noqa: S608
        f"RETURNING {model._meta.pk.column}"
    )


def _update(model: type[Model], fields: "Sequence[Field[Any, Any]]", columns: Columns) -> None:
    said = _Said(fields, columns)
    key, *others = (str(field.column) for field in fields)
    sets = ", ".join(f'"{name}" = {said.value_of[name]}' for name in others)
    said.run(
        f"UPDATE {model._meta.db_table} AS t SET {sets} FROM {said.rows} "  # noqa: S608
        f"WHERE t.{key} = {said.value_of[key]} RETURNING t.{key}"
    )


class _Said:
    """Rows as a statement says them: ``value_of`` each column in SQL, and ``rows`` to select them from."""

    def __init__(self, fields: "Sequence[Field[Any, Any]]", columns: Columns) -> None:
        self._same = {
            str(field.column): _adapted(field, columns[str(field.column)][0])
            for field in fields
            if _is_one(columns[str(field.column)])
        }
        differ = [field for field in fields if field.column not in self._same]
        kinds = {str(field.column): _kind(field) for field in fields}
        self.value_of = {
            name: f"CAST(%({name})s AS {kind})" if name in self._same else f'v."{name}"'
            for name, kind in kinds.items()
        }
        types = ", ".join(f'"{field.column}" {_kind(field)}' for field in differ)
        # Quoted as parameters are, and told apart from every column by its spaces.
        self.rows = (
            f"jsonb_to_recordset(%(the rows)s) AS v ({types})"
            if differ
            else "generate_series(1, %(the rows)s) AS v"
        )
        many = len(columns[str(fields[0].column)])
        self._rows: str | int = _document(differ, columns) if differ else many

    def run(self, statement: str) -> list[int]:
        """The keys of the rows written."""
        with connection.cursor() as cursor:
            cursor.execute(statement, {**self._same, "the rows": self._rows})
            return [key for (key,) in cursor.fetchall()]


def _document(fields: "Sequence[Field[Any, Any]]", columns: Columns) -> str:
    names = [str(field.column) for field in fields]
    held = zip(*(_written(field, columns[str(field.column)]) for field in fields), strict=True)
    return json.dumps([dict(zip(names, row, strict=True)) for row in held], cls=DjangoJSONEncoder)


def _written(field: "Field[Any, Any]", values: Sequence[Any]) -> Sequence[Any]:
    if not isinstance(field, DateTimeField):
        return values
    # The encoder would cut a moment to milliseconds.
    return [value and value.isoformat() for value in values]


def _is_one(values: Sequence[Any]) -> bool:
    """Whether all of them are equal."""
    return values[0] == values[-1] and values.count(values[0]) == len(values)


def _adapted(field: "Field[Any, Any]", value: Any) -> Any:
    plain = not isinstance(field, JSONField) or value is None
    return value if plain else json.dumps(value, cls=DjangoJSONEncoder)


@cache
def _kind(field: "Field[Any, Any]") -> str:
    """A column's type; of a key that of one which refers to it. A cast to varchar would cut in silence."""
    kind = str((field.rel_db_type if field.primary_key else field.db_type)(connection))
    return "text" if kind.startswith("varchar") else kind
