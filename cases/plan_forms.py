"""Shapes of the pages on which cases are chosen for a plan or a decision."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cases.forms import RefusedForm
from cases.workflow import Action

_ANY = ("", _("All"))
_PLANS: dict[Action, list[tuple[str, Any]]] = {
    Action.SUBMIT_PLAN: [_ANY, ("template", _("With a template"))],
    Action.APPROVE: [_ANY, ("unchanged", _("Unchanged templates")), ("other", _("To be read one by one"))],
}
Choices = Iterable[tuple[str, Any]]


class ChooseFilter(RefusedForm):
    """The filters of a list to choose from, as the address bar has them."""

    q = forms.CharField(label=_("Search"), widget=forms.TextInput(attrs={"type": "search"}))

    def __init__(self, data: QueryDict, *, action: Action, streets: Choices, classes: Choices) -> None:
        super().__init__(data)
        choices = {
            "plan": (_("Plan"), _PLANS[action]),
            "street": (_("Street"), [_ANY, *streets]),
            "class": (_("Class"), [_ANY, *classes]),
        }
        for name, (label, options) in choices.items():
            self.fields[name] = forms.ChoiceField(label=label, choices=options)
