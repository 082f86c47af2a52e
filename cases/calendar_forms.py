"""Shapes of the pages of calendars; the rules stand in ``core.worktime`` and the services."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.calendars.reads import MOST_AMOUNT
from cases.calendars.words import UNITS
from core.errors import BadInput, Sentence
from grids.forms import PageForm

_NOT_ANY_MORE: Sentence = _("This preview can't be applied any more. Ask for a new one.")


class CalendarAddForm(PageForm):
    """A calendar of its own, begun from another."""

    title, submit, said = _("Add a calendar"), _("Add"), _("Added. Change its hours now.")

    code = forms.CharField(
        label=_("Code"), max_length=30, help_text=_("Small letters, digits, hyphens; it never changes.")
    )
    name = forms.CharField(label=_("Name"), max_length=60)
    name_en = forms.CharField(label=_("Name in English"), max_length=60, required=False)
    like = forms.ChoiceField(label=_("Begins like"))

    def __init__(self, *args: Any, models: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["like"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = list(models)


class ReckonForm(forms.Form):
    """A limit whose end is asked for, in the address bar."""

    start = forms.DateTimeField(
        label=_("Start"), input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    amount = forms.IntegerField(label=_("Limit"), min_value=1, max_value=MOST_AMOUNT)
    unit = forms.ChoiceField(label=_("Unit"), choices=[*UNITS.items()])


class PlanImportForm(forms.Form):
    """A year's published plan as a file."""

    year = forms.IntegerField(label=_("Year"), min_value=1993, max_value=2100)
    file = forms.FileField(
        label=_("File"), required=False,
        help_text=_("CSV with the columns date, kind (holiday or working) and name."),
    )  # fmt: skip


class WishForm(forms.Form):
    """What a preview showed, as the page kept it."""

    wish = forms.JSONField()


def wish_text(wish: Mapping[str, Any]) -> str:
    """A wish as the hidden field holds it."""
    return json.dumps(dict(wish), ensure_ascii=False)


def wish_of(post: Mapping[str, str]) -> dict[str, Any]:
    """The wish of a preview.

    Raises:
        BadInput: it is none.
    """
    form = WishForm(post)
    wish = form.cleaned_data["wish"] if form.is_valid() else None
    if not isinstance(wish, dict):
        raise BadInput(_NOT_ANY_MORE)
    return wish
