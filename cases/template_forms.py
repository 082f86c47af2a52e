"""Shapes of the pages of plan templates; the rules stand in the service."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cases.config_forms import offer
from cases.forms import ClassSelect, RefusedForm
from cases.models import PlanTemplate

_USE = [("yes", _("In use")), ("no", _("Retired")), ("all", _("All"))]
_TEXTS = ("case_class", "area", "title", "measures", "lead_unit", "finish_value", "finish_unit")


class TemplateFilter(forms.Form):
    """The list of templates in the address bar."""

    q = forms.CharField(
        label=_("Class or title"), required=False, max_length=60, widget=forms.TextInput({"type": "search"})
    )
    use = forms.ChoiceField(label=_("Use"), required=False, choices=_USE)

    @property
    def wanted(self) -> dict[str, str]:
        """The filters that can be understood; those in use alone when nothing is said."""
        self.full_clean()
        return {"q": self.cleaned_data.get("q", ""), "use": self.cleaned_data.get("use") or "yes"}


class TemplateForm(RefusedForm):
    """A template, new or changed."""

    case_class = forms.ChoiceField(
        label=_("Class"), widget=ClassSelect, help_text=_("Type Chinese, English or the code.")
    )
    area = forms.ChoiceField(label=_("District"))
    title = forms.CharField(label=_("Title"), max_length=60)
    measures = forms.CharField(
        label=_("Measures"),
        widget=forms.Textarea({"rows": 6}),
        help_text=_("One measure a line, at most 30."),
    )
    lead_unit = forms.ChoiceField(label=_("Lead unit"))
    assisting_units = forms.MultipleChoiceField(
        label=_("Assisting units"), required=False, widget=forms.CheckboxSelectMultiple
    )
    finish_value = forms.CharField(
        label=_("Time to finish"), widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"})
    )
    finish_unit = forms.ChoiceField(
        label=_("Unit of the time"),
        choices=PlanTemplate.FinishUnit.choices,
        help_text=_("Hours count from the submission; days end at 18:00."),
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        choices: Mapping[str, Any],
        initial: Mapping[str, Any],
        placed: bool,
    ) -> None:
        super().__init__(data, initial={"finish_unit": PlanTemplate.FinishUnit.DAY, **initial})
        offer(self, "lead_unit", [("", "—"), *choices["units"]])
        offer(self, "assisting_units", choices["units"])
        if placed:
            # A template keeps its class and its district.
            del self.fields["case_class"], self.fields["area"]
            return
        classes, english = choices["case_class"]
        offer(self, "case_class", classes)
        picker = self.fields["case_class"].widget
        assert isinstance(picker, ClassSelect)  # noqa: S101 - declared so
        picker.english = english
        offer(self, "area", choices["area"])

    def raw(self) -> dict[str, Any]:
        """What was typed, as the service takes it; what was left empty is left out."""
        post = self.data
        raw = {name: post.get(name, "") for name in _TEXTS if name in self.fields} | {
            "assisting_units": post.getlist("assisting_units")  # type: ignore[attr-defined]
        }
        return {name: value for name, value in raw.items() if value}
