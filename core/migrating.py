"""Indexes of tables that hold millions of rows, made and dropped while old code goes on writing to them.

A migration of these operations says ``atomic = False``; stopped half-way it is run again, and does what is
left. SQLite, which has one writer anyway, does it the plain way.
"""

from typing import Any, Final

from django.db import migrations, models

_WHOLE: Final = {
    "postgresql": "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)",
    "sqlite": "SELECT true FROM sqlite_master WHERE type = 'index' AND name = %s",
}


class AddIndexBeside(migrations.AddIndex):
    """``AddIndex`` for which nobody who writes has to wait."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make the index."""
        _make(schema_editor, to_state.apps.get_model(app_label, self.model_name), self.index)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop it again."""
        _drop(schema_editor, from_state.apps.get_model(app_label, self.model_name), self.index)


class RemoveIndexBeside(migrations.RemoveIndex):
    """``RemoveIndex`` for which nobody has to wait."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop the index."""
        index = from_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
        _drop(schema_editor, from_state.apps.get_model(app_label, self.model_name), index)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make it again."""
        index = to_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
        _make(schema_editor, to_state.apps.get_model(app_label, self.model_name), index)


class KeyWithoutIndex(migrations.AlterField):
    """``AlterField`` that takes the index of its own from a foreign key, and nothing else.

    Django would drop the key's constraint as well and make it anew, reading the whole table under a lock.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop the index."""
        model = from_state.apps.get_model(app_label, self.model_name)
        _drop(schema_editor, model, self._index(schema_editor, model))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make it again, under the name Django had given it."""
        model = to_state.apps.get_model(app_label, self.model_name)
        _make(schema_editor, model, self._index(schema_editor, model))

    def _index(self, editor: Any, model: type[models.Model]) -> models.Index:
        column = model._meta.get_field(self.name).column  # type: ignore[union-attr]
        name = editor._create_index_name(model._meta.db_table, [column])
        return models.Index(fields=[self.name], name=name)


def _make(editor: Any, model: type[models.Model], index: models.Index) -> None:
    whole = _is_whole(editor, index)
    if whole:
        return  # an attempt that was stopped later on made it
    if whole is False:
        editor.remove_index(model, index, **_beside(editor))
    editor.add_index(model, index, **_beside(editor))


def _drop(editor: Any, model: type[models.Model], index: models.Index) -> None:
    if _is_whole(editor, index) is not None:
        editor.remove_index(model, index, **_beside(editor))


def _beside(editor: Any) -> dict[str, bool]:
    return {"concurrently": True} if editor.connection.vendor == "postgresql" else {}


def _is_whole(editor: Any, index: models.Index) -> bool | None:
    """Whether an index is there and good; None where there is none. Killed half-way it is no good."""
    with editor.connection.cursor() as cursor:
        cursor.execute(_WHOLE[editor.connection.vendor], [index.name])
        found = cursor.fetchone()
    return bool(found[0]) if found else None
