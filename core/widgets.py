"""Widgets that several rooms use."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from core.pinyin import spelled

Grouped = Iterable[tuple[str, Any]]


class FoundSelect(forms.Select):
    """A select that ``classpick.js`` makes findable by words, pinyin and code; a plain one without script.

    ``english`` holds a second name for some values. What was typed elsewhere or given in the address
    bar is kept as an option of its own, so that a field shows what it will send.
    """

    searchable = True
    english: Mapping[str, str] = {}

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The option with what ``classpick.js`` reads."""
        option = super().create_option(name, value, label, *args, **kwargs)
        if key := str(value):
            option["attrs"] |= {"data-code": self.code_of(key), "data-py": spelled(str(label))}
            if other := self.english.get(key, ""):
                option["attrs"]["data-en"] = other
        return option

    def code_of(self, key: str) -> str:
        """The code shown beside the words of an option."""
        return key

    def optgroups(self, name: str, value: list[Any], attrs: Any = None) -> list[Any]:
        """The groups, with a group for values that are none of the choices."""
        known = {str(key) for group in self.choices for key in _keys_of(group)}
        strange = [(key, key) for key in value if key and key not in known]
        kept, self.choices = self.choices, [*self.choices, *strange]
        groups = super().optgroups(name, value, attrs)
        self.choices = kept
        return groups


def _keys_of(choice: tuple[Any, Any]) -> list[Any]:
    key, below = choice
    return [one for one, _label in below] if isinstance(below, list | tuple) else [key]


def choose(field: forms.Field, options: Grouped) -> None:
    """Let a text field be chosen from options; what it accepts is still for the service to say."""
    field.widget = FoundSelect(choices=[("", "—"), *options])
    field.widget.is_required = field.required
