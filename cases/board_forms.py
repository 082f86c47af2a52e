"""The filters of the board of supervision, as the address bar has them."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cases import board
from cases.forms import RefusedForm
from cases.wording_late import SUPERVISIONS
from cases.workflow import OPEN, Stage

_ANY = [("", _("All"))]
_STAGES = [(stage.value, stage.label) for stage in Stage if stage in OPEN]


class BoardFilter(RefusedForm):
    """Those that narrow every list, and those of the one that is shown."""

    show = forms.CharField(widget=forms.HiddenInput())
    q = forms.CharField(label=_("Search"), widget=forms.TextInput(attrs={"type": "search"}))
    escalation = forms.ChoiceField(label=_("Supervision level"), choices=[*_ANY, *SUPERVISIONS.items()])
    by = forms.ChoiceField(
        label=_("Attached by"), choices=[*_ANY, *((role.value, role.label) for role in board.SUPERVISORS)]
    )
    reply = forms.ChoiceField(
        label=_("Reply by"), choices=[*_ANY, ("late", _("Late")), ("due", _("In time"))]
    )
    stage = forms.ChoiceField(label=_("Stage"), choices=[*_ANY, *_STAGES])

    def __init__(self, data: QueryDict, *, show: str, choices: Mapping[str, list[Any]]) -> None:
        sent = data.copy()
        sent["show"] = show
        super().__init__(sent)
        for name in ("by", "reply") if show == board.LATE else ("escalation",):
            del self.fields[name]
        labels = {"district": _("District"), "street": _("Street"), "unit": _("Unit")}
        for name, label in labels.items():
            if options := choices.get(name):
                self.fields[name] = forms.ChoiceField(label=label, choices=[*_ANY, *options])
