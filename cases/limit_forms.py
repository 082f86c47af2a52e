"""Shapes of the pages of limits and ladders; the rules stand in ``services.rearm``."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cases.calendars.words import UNITS
from cases.deadlines import HEARERS, Level, Limit, Rung, default_rung
from cases.forms import RefusedForm
from cases.wording_late import SUPERVISED, hearer_words, rung_name
from cases.workflow import Stage, Track
from core.errors import BadInput, Sentence
from core.worktime import Unit

LEVELS = range(Level.WARNING, Level.LEVEL3 + 1)
_NUMBER = {"inputmode": "numeric", "autocomplete": "off", "maxlength": "5"}
_FLOORS = (Unit.WORKING_HOUR, Unit.WORKING_DAY, Unit.WORKING_MINUTE)
_NOT_ANY_MORE: Sentence = _("This preview can't be applied any more. Ask for a new one.")


class LimitForm(RefusedForm):
    """How long a stage may take."""

    amount = forms.CharField(label=_("Limit"), widget=forms.TextInput(_NUMBER))
    unit = forms.ChoiceField(
        label=_("Unit of the limit"), choices=[*UNITS.items()],
        help_text=_("Working time rests at night and on days off; continuous time never does."),
    )  # fmt: skip

    @classmethod
    def of(cls, post: QueryDict | None, limit: Limit | None) -> "LimitForm":
        """The form as typed, or as the limit stands."""
        return cls(post, initial={"amount": limit.amount, "unit": limit.unit} if limit else {})

    def raw(self, stage: Stage, track: Track | None) -> dict[str, Any]:
        """What was typed, as ``change_read`` takes it; the button to reset asks for what is built in."""
        typed = [self.data.get("amount", ""), self.data.get("unit", "")]
        limit = None if self.data.get("reset") else typed
        return {"kind": "limits", "limits": [{"stage": stage, "track": track or "", "limit": limit}]}


class RungForm(RefusedForm):
    """One rung of a ladder; its fields carry the level before their names."""

    active = forms.BooleanField(label=_("In use"))
    percent = forms.CharField(label=_("Percent of the limit"), widget=forms.TextInput(_NUMBER))
    past_days = forms.CharField(
        label=_("Or working days past the deadline"), widget=forms.TextInput(_NUMBER),
        help_text=_("Whichever comes first; 0 for the percentage alone."),
    )  # fmt: skip
    floor = forms.CharField(
        label=_("Not before"), widget=forms.TextInput(_NUMBER), help_text=_("Past the deadline; 0 for none.")
    )
    floor_unit = forms.ChoiceField(label=_("Unit"), choices=[(unit, UNITS[unit]) for unit in _FLOORS])
    hears = forms.MultipleChoiceField(
        label=_("Who hears"), choices=[(code, hearer_words(code)) for code in HEARERS],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    supervision = forms.ChoiceField(
        label=_("Supervision attached"), choices=[(0, _("None")), *SUPERVISED.items()]
    )
    sounds = forms.BooleanField(label=_("Sounds outside working hours as well"))

    def __init__(self, post: QueryDict | None, *, rung: Rung, off: bool) -> None:
        super().__init__(post, prefix=f"rung{rung.level}", initial=_initial(rung, off))
        self.level = rung.level
        self.title = rung_name(rung.level)
        self.fields["hears"].widget.choices = [(code, hearer_words(code)) for code in HEARERS]
        for name in self._fixed():
            del self.fields[name]

    def _fixed(self) -> tuple[str, ...]:
        """What can't be changed of this level: the deadline is where it is, the warning lies before it."""
        if self.level == Level.OVERDUE:
            return ("active", "percent", "past_days", "floor", "floor_unit")
        return ("past_days", "floor", "floor_unit") if self.level == Level.WARNING else ()

    def rung(self) -> dict[str, Any] | None:
        """What was typed, as ``change_read`` takes it; None where it is switched off."""
        if "active" in self.fields and not self._typed("active"):
            return None
        floor = self._typed("floor") or "0"
        return {
            "percent": self._typed("percent") or ("100" if self.level == Level.OVERDUE else ""),
            "past_days": self._typed("past_days") or "0",
            "not_before": [floor, self._typed("floor_unit")] if floor != "0" else None,
            "hears": self.data.getlist(self.add_prefix("hears")),  # type: ignore[attr-defined]
            "supervision": self._typed("supervision") or "0",
            "sounds": bool(self._typed("sounds")),
        }

    def _typed(self, name: str) -> str:
        return str(self.data.get(self.add_prefix(name), "")).strip()


def _initial(rung: Rung, off: bool) -> dict[str, Any]:
    floor = rung.not_before
    return {
        "active": not off, "percent": rung.percent, "past_days": rung.past_days,
        "floor": floor.amount if floor else 0, "floor_unit": floor.unit if floor else Unit.WORKING_HOUR,
        "hears": list(rung.hears), "supervision": rung.supervision, "sounds": rung.sounds,
    }  # fmt: skip


class LadderForm:
    """The four rungs of a ladder on one page."""

    def __init__(self, post: QueryDict | None, stage: Stage, held: Mapping[int, Rung]) -> None:
        self.rungs = [
            RungForm(post, rung=held.get(level) or default_rung(stage, level), off=level not in held)
            for level in LEVELS
        ]
        self.refusal: Sentence = ""

    def refuse(self, refusal: Any) -> None:
        """Show a refusal above the rungs; it may be about several."""
        self.refusal = refusal.detail

    def raw(self, stage: Stage, track: Track | None, *, reset: bool) -> dict[str, Any]:
        """What was typed, as ``change_read`` takes it; a reset takes all rungs of this place away."""
        place = {"stage": stage, "track": track or ""}
        rungs = [] if reset else [{**place, "level": r.level, "rung": r.rung()} for r in self.rungs]
        removed = [{**place, "level": r.level} for r in self.rungs] if reset else []
        return {"kind": "ladder", "rungs": rungs, "removed": removed}


class StartForm(forms.Form):
    """What a preview showed, as the page kept it, and why it is done."""

    wish = forms.JSONField()
    digest = forms.RegexField(r"^[0-9a-f]{64}$")


def wish_text(wish: Mapping[str, Any]) -> str:
    """A wish as the hidden field holds it."""
    return json.dumps(dict(wish), ensure_ascii=False)


def started_of(post: QueryDict) -> tuple[dict[str, Any], str]:
    """The wish of a preview and its digest.

    Raises:
        BadInput: they are none.
    """
    form = StartForm(post)
    if not form.is_valid() or not isinstance(form.cleaned_data["wish"], dict):
        raise BadInput(_NOT_ANY_MORE)
    return form.cleaned_data["wish"], form.cleaned_data["digest"]
