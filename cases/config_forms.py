"""Shapes of the configuration pages of classes and standing plans; the rules stand in the services."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.roles import Line
from cases.forms import TRACKS, ClassSelect, RefusedForm
from cases.models import CaseClass, FilingCondition, StandingPlan
from core.widgets import FoundSelect

_ANY = ("", _("All"))
_USE = [("yes", _("In use")), ("no", _("Out of use"))]
Choices = Iterable[tuple[str, Any]]


def offer(form: forms.Form, name: str, options: Choices) -> None:
    """Fill a field of choices with options read from the database."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared so
    field.choices = list(options)


class ClassFilter(forms.Form):
    """The list of classes in the address bar."""

    q = forms.CharField(
        label=_("Name or code"), required=False, max_length=60, widget=forms.TextInput({"type": "search"})
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[_ANY, *CaseClass.Kind.choices])
    major = forms.ChoiceField(label=_("Major class"), required=False)
    line = forms.ChoiceField(label=_("Line of work"), required=False, choices=[_ANY, *Line.choices])
    active = forms.ChoiceField(label=_("Use"), required=False, choices=[_ANY, *_USE])

    def __init__(self, data: QueryDict, *, majors: Choices) -> None:
        super().__init__(data)
        offer(self, "major", [_ANY, *majors])

    @property
    def wanted(self) -> dict[str, str]:
        """The filters that can be understood; others do not narrow anything."""
        self.full_clean()
        return dict(self.cleaned_data)


class ClassForm(RefusedForm):
    """What can be changed of a class."""

    line = forms.ChoiceField(label=_("Line of work"), choices=Line.choices)
    active = forms.BooleanField(
        label=_("In use"),
        help_text=_("Out of use, it can't be chosen any more; cases that have it keep it."),
    )


class ConditionForm(RefusedForm):
    """What can be changed of a filing condition."""

    limit_value = forms.CharField(
        label=_("Limit"), widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"})
    )
    limit_unit = forms.ChoiceField(
        label=_("Unit of the limit"), choices=FilingCondition.Unit.choices,
        help_text=_("Working time rests at night and on days off; continuous time never does."),
    )  # fmt: skip
    track = forms.ChoiceField(
        label=_("Default track"), choices=TRACKS, widget=forms.RadioSelect,
        help_text=_("Direct takes at most one working day and runs on a standing plan."),
    )  # fmt: skip
    active = forms.BooleanField(label=_("In use"))


def raw_of(post: QueryDict, names: Iterable[str]) -> dict[str, str]:
    """What was typed, and ``active`` as yes or no."""
    raw = {name: post.get(name, "") for name in names}
    return raw | {"active": "yes" if post.get("active") else "no"}


def was_of(post: QueryDict) -> dict[str, str]:
    """The values a form was filled in on, from its hidden fields."""
    return {name.removeprefix("was_"): str(v) for name, v in post.items() if name.startswith("was_")}


class PlanFilter(forms.Form):
    """The list of standing plans in the address bar."""

    q = forms.CharField(
        label=_("Class"), required=False, max_length=60, widget=forms.TextInput({"type": "search"})
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=[_ANY, *StandingPlan.State.choices])
    area = forms.ChoiceField(label=_("Area"), required=False)

    def __init__(self, data: QueryDict, *, areas: Choices) -> None:
        super().__init__(data)
        offer(self, "area", [_ANY, *areas])

    @property
    def wanted(self) -> dict[str, str]:
        """The filters that can be understood; others do not narrow anything."""
        self.full_clean()
        return dict(self.cleaned_data)


_DAY = {"type": "date"}


class PlanForm(RefusedForm):
    """A draft of a standing plan."""

    case_class = forms.ChoiceField(
        label=_("Class"), widget=ClassSelect, help_text=_("Type pinyin, Chinese, English or the code.")
    )
    area = forms.ChoiceField(
        label=_("Area"), help_text=_("A street's own plan goes before that of its district.")
    )
    measures = forms.CharField(
        label=_("Measures"),
        widget=forms.Textarea({"rows": 6}),
        help_text=_("One measure a line, at most 30."),
    )
    lead_unit = forms.ChoiceField(label=_("Lead unit"), widget=FoundSelect)
    assisting_units = forms.MultipleChoiceField(
        label=_("Assisting units"), required=False, widget=forms.CheckboxSelectMultiple
    )
    valid_from = forms.CharField(
        label=_("Valid from"), required=False, widget=forms.TextInput(_DAY), help_text=_("Empty: from today.")
    )
    valid_to = forms.CharField(
        label=_("Valid until"), required=False, widget=forms.TextInput(_DAY),
        help_text=_("Empty: until another version takes its place."),
    )  # fmt: skip

    def __init__(
        self,
        data: QueryDict | None,
        *,
        choices: Mapping[str, Any],
        initial: Mapping[str, Any],
    ) -> None:
        super().__init__(data, initial=dict(initial))
        classes, english = choices["case_class"]
        offer(self, "case_class", classes)
        picker = self.fields["case_class"].widget
        assert isinstance(picker, ClassSelect)  # noqa: S101 - declared so
        picker.english = english
        offer(self, "area", [("", "—"), *choices["area"]])
        offer(self, "lead_unit", [("", "—"), *choices["units"]])
        offer(self, "assisting_units", choices["units"])

    def raw(self) -> dict[str, Any]:
        """What was typed, as the service takes it; what was left empty is left out."""
        post = self.data
        names = ("case_class", "area", "measures", "lead_unit", "valid_from", "valid_to")
        raw = {name: post.get(name, "") for name in names} | {
            "assisting_units": post.getlist("assisting_units")  # type: ignore[attr-defined]
        }
        return {name: value for name, value in raw.items() if value}
