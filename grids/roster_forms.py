"""Shapes of what is filled in about absences and duty; the rules stand in the services."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from grids.duty import Slot, midnight
from grids.forms import PageForm
from grids.models import Absence
from grids.services.absences import AbsenceAbout

_DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class AbsenceForm(PageForm):
    """From which day to which somebody is away, why, and who stands in."""

    title, submit, said = _("Enter an absence"), _("Enter"), _("Entered.")

    kind = forms.ChoiceField(label=_("Reason"), choices=Absence.Kind.choices)
    first = forms.DateField(label=_("First day"), widget=_DAY)
    last = forms.DateField(label=_("Last day"), widget=_DAY, help_text=_("It counts in full."))
    deputy = forms.ChoiceField(
        label=_("Deputy"),
        required=False,
        help_text=_("Left empty, tasks go to whoever is next: on duty, or posted nearest."),
    )
    hand_over = forms.BooleanField(
        label=_("Hand the open tasks over when it begins"),
        required=False,
        initial=True,
        help_text=_("If it has begun already, the open tasks are shown next, to be handed over at once."),
    )

    def __init__(
        self, *args: Any, deputies: Iterable[User], absence: Absence | None = None, **kwargs: Any
    ) -> None:
        self.absence = absence
        if absence is not None:
            kwargs["initial"] = {
                "kind": absence.kind,
                "first": localtime(absence.starts_at).date(),
                "last": localtime(absence.ends_at - timedelta(seconds=1)).date(),
                "deputy": absence.deputy.username if absence.deputy else "",
                "hand_over": absence.hand_over,
            }
            self.title, self.submit, self.said = _("Change the absence"), _("Save"), _("Saved.")
        super().__init__(*args, **kwargs)
        field = self.fields["deputy"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", "—"), *((person.username, person.name) for person in deputies)]

    def about(self) -> AbsenceAbout:
        """What the services take; a day that was left as it stood keeps its exact time."""
        given, kept = self.cleaned_data, self.absence
        first: date = given["first"]
        last: date = given["last"]
        starts, ends = midnight(first), midnight(last + timedelta(days=1))
        if kept and given["first"] == self.initial["first"]:
            starts = kept.starts_at
        if kept and given["last"] == self.initial["last"]:
            ends = kept.ends_at
        return AbsenceAbout(given["kind"], starts, ends, given["deputy"], given["hand_over"])


class AbsenceEndForm(PageForm):
    """Nothing to fill in: pressing the button is all."""

    title, submit, said = _("End the absence"), _("End it"), _("Ended: from now on tasks come again.")
    confirm = _("From now on the person counts as present. One that has not begun is taken out.")


class DutyWeekForm(forms.Form):
    """A person, or nobody, for each slot of a week; slots over can't be changed."""

    def __init__(
        self, *args: Any, slots: Sequence[tuple[Slot, str, bool]], people: Iterable[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        options = [("", "—"), *((person.username, person.name) for person in people)]
        known = {name for name, _label in options}
        for slot, held_by, over in slots:
            # Who was on duty may not be able to any more; the slot still says so.
            more = [] if held_by in known else [(held_by, held_by)]
            field = forms.ChoiceField(choices=options + more, required=False, initial=held_by, disabled=over)
            field.label = f"{slot.day:%m-%d} {slot.shift.label}"
            self.fields[slot.key] = field

    def slots(self) -> dict[str, str]:
        """What was chosen in the slots that can be changed."""
        return {name: self.cleaned_data[name] for name, field in self.fields.items() if not field.disabled}
