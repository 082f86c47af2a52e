"""Forms for the changes of areas; each turns what was typed into the one shape the service takes."""

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import CityError
from grids.forms import DATUM_CHOICES
from grids.models import Area
from grids.services.wishes import END, MOVE, Kind

Choices = Sequence[tuple[str, str]]
_POSITION = _("Longitude and latitude with a comma between, as in 107.08123, 29.85751.")


class ChangeForm(forms.Form):
    """What every change has: why."""

    reason = forms.CharField(label=_("Reason"), max_length=500)

    def __init__(self, *args: Any, area: Area, kind: str, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.area, self.kind = area, kind
        for name in ("others", "other", "to", "successors"):
            if isinstance(field := self.fields.get(name), forms.ChoiceField):
                field.choices = list(choices)

    def raw(self) -> dict[str, Any]:
        """What ``change_preview`` takes."""
        given = dict(self.cleaned_data)
        start, end, other = (given.pop(name, "") for name in ("cut_from", "cut_to", "other"))
        if start or end:
            given["cut"] = [_pair(start), _pair(end)]
        if other:
            given["others"] = [other]
        for name in ("codes", "names"):
            if name in given:
                given[name] = given[name].replace("，", ",").split(",")
        return given | {"kind": self.kind, "area": self.area.code}

    def refuse(self, refusal: CityError) -> int:
        """Put a refusal beside the field it is about; returns its status."""
        places = {"cut": "cut_from", "others": "other" if "other" in self.fields else "others"}
        field = places.get(refusal.field, refusal.field)
        self.add_error(field if field in self.fields else None, str(refusal.detail))
        return refusal.status


def _pair(text: str) -> list[str]:
    return [part.strip() for part in text.replace("，", ",").split(",")]


class _Posts(ChangeForm):
    people = forms.ChoiceField(
        label=_("People posted there"),
        choices=[(MOVE, _("Their posts move along")), (END, _("Their posts end"))],
        initial=MOVE,
        widget=forms.RadioSelect,
    )


class _Drawn(ChangeForm):
    cut_from = forms.CharField(
        label=_("Cut from"), max_length=60, required=False, help_text=_POSITION,
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off", "data-cut-from": ""}),
    )  # fmt: skip
    cut_to = forms.CharField(
        label=_("Cut to"), max_length=60, required=False,
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off", "data-cut-to": ""}),
    )  # fmt: skip
    outlines = forms.CharField(
        label=_("Or outlines"), required=False, widget=forms.Textarea(attrs={"rows": 4, "data-outlines": ""}),
        help_text=_("GeoJSON FeatureCollection of Polygons. A code and a name may stand in the properties."),
    )  # fmt: skip
    fit = forms.BooleanField(
        label=_("Cut the outlines to the border, and let what they leave be one more part"), required=False,
        widget=forms.CheckboxInput(attrs={"data-fit": ""}),
    )  # fmt: skip
    datum = forms.ChoiceField(label=_("Datum"), choices=DATUM_CHOICES, initial="WGS84")


class SplitForm(_Drawn, _Posts):
    """A grid into several."""

    codes = forms.CharField(
        label=_("New codes"), max_length=400, required=False,
        help_text=_("With commas between; empty: the next free numbers."),
    )  # fmt: skip
    names = forms.CharField(label=_("New names"), max_length=2000, required=False)
    field_order = ["cut_from", "cut_to", "outlines", "fit", "datum", "codes", "names", "people", "reason"]


class MergeForm(_Posts):
    """Neighbours into one."""

    others = forms.MultipleChoiceField(label=_("Merge with"), widget=forms.CheckboxSelectMultiple)
    codes = forms.CharField(label=_("New code"), max_length=15, required=False)
    names = forms.CharField(label=_("New name"), max_length=100, required=False)
    field_order = ["others", "codes", "names", "people", "reason"]


class FollowedForm(_Posts):
    """What follows a grid that ends."""

    successors = forms.MultipleChoiceField(
        label=_("Followed by"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Without one, nothing open may lie in it and nobody be posted to it."),
    )  # fmt: skip
    field_order = ["successors", "people", "reason"]


class BorderForm(_Drawn):
    """The other side, and where the border runs."""

    other = forms.ChoiceField(label=_("Neighbour"))
    field_order = ["other", "cut_from", "cut_to", "outlines", "fit", "datum", "reason"]


class MoveForm(ChangeForm):
    """Where it lies from then on."""

    to = forms.ChoiceField(label=_("Lies below"))
    field_order = ["to", "reason"]


class AbolishForm(_Posts):
    """The district its streets pass to."""

    to = forms.ChoiceField(label=_("Its streets pass to"))
    field_order = ["to", "people", "reason"]


FORMS: dict[str, type[ChangeForm]] = {
    Kind.SPLIT: SplitForm, Kind.MERGE: MergeForm, Kind.RETIRE: FollowedForm, Kind.BORDER: BorderForm,
    Kind.MOVE: MoveForm, Kind.ABOLISH: AbolishForm,
}  # fmt: skip


class WishForm(forms.Form):
    """What a preview showed, and its token, as the page kept them."""

    wish = forms.JSONField()
    token = forms.RegexField(r"^[0-9a-f]{64}$")

    def clean_wish(self) -> dict[str, Any]:
        """A wish is a JSON object."""
        wish = self.cleaned_data["wish"]
        if not isinstance(wish, dict):
            raise forms.ValidationError(_("This preview can't be applied any more. Ask for a new one."))
        return wish


def wish_text(raw: dict[str, Any]) -> str:
    """A wish as the hidden field holds it."""
    return json.dumps(raw, ensure_ascii=False)
