"""Shapes of what administrators fill in; the rules stand in the services."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Unit
from accounts.roles import Line, Role
from core.errors import Sentence
from core.widgets import choose
from grids.models import Area
from grids.services.outlines import DATUMS
from grids.services.rows import CITY_TIME
from grids.services.units import UnitAbout

_ALL = ("", _("All"))
DATUM_CHOICES = [(key, DATUMS[key]) for key in ("CGCS2000", "WGS84", "GCJ02")]


def start_of(day: date | None) -> datetime | None:
    """Midnight in the city at which a day begins."""
    return datetime.combine(day, time(), CITY_TIME) if day else None


def end_of(day: date | None) -> datetime | None:
    """Midnight in the city at which a day is over."""
    return start_of(day + timedelta(days=1)) if day else None


class AreaFilter(forms.Form):
    """The list of areas in the address bar."""

    q = forms.CharField(label=_("Name or code"), required=False, widget=forms.SearchInput)
    level = forms.ChoiceField(label=_("Level"), required=False, choices=[_ALL, *Area.Level.choices])
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("In force")), ("retired", _("Retired")), ("all", _("All"))],
    )
    parent = forms.CharField(required=False, widget=forms.HiddenInput)


class PageForm(forms.Form):
    """A form that is a page: its heading, its button, what is asked before and said after."""

    title: Sentence
    submit: Sentence
    said: Sentence
    confirm: Sentence = ""
    danger = False


class AreaAddForm(PageForm):
    """A new area; for a grid everything may stay empty."""

    title, submit, said = _("Add an area"), _("Add"), _("Added.")

    code = forms.CharField(label=_("Code"), required=False, max_length=15)
    name = forms.CharField(label=_("Name"), required=False, max_length=100)
    outline = forms.CharField(
        label=_("Outline"),
        required=False,
        widget=forms.Textarea,
        help_text=_("GeoJSON Polygon or MultiPolygon. Without one, no position is found in it yet."),
    )
    datum = forms.ChoiceField(label=_("Datum of the outline"), choices=DATUM_CHOICES)

    def __init__(self, *args: Any, level: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grid = level == Area.Level.GRID
        for name in ("code", "name"):
            self.fields[name].required = not grid
        if grid:
            self.fields["code"].help_text = _("Left empty, it is the next free number of the community.")


class RenameForm(PageForm):
    """Another name."""

    title, submit, said = _("Rename"), _("Rename"), _("Renamed.")

    name = forms.CharField(label=_("Name"), max_length=100)


class RetireForm(PageForm):
    """What follows an area, and why it ends."""

    title, submit, said = _("Retire"), _("Retire"), _("Retired.")
    confirm, danger = _("From today no position is found in it. This can't be taken back."), True

    successors = forms.MultipleChoiceField(
        label=_("Followed by"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever is responsible for the one that follows sees the closed cases of this one."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=500)

    def __init__(self, *args: Any, choices: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["successors"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
        field.choices = list(choices)


class PeopleFilter(forms.Form):
    """The list of people in the address bar."""

    q = forms.CharField(label=_("Name or login"), required=False, widget=forms.SearchInput)
    state = forms.ChoiceField(
        label=_("Login"),
        required=False,
        choices=[
            ("", pgettext_lazy("login", "Open")),
            ("closed", pgettext_lazy("login", "Closed")),
            ("all", _("All")),
        ],
    )


_PLACE_HELP = _("Type a name, its pinyin or the code. A grid is chosen on its own page, by “Post a person”.")
Options = Iterable[tuple[str, Any]]


class PersonForm(PageForm):
    """A new person and the first post."""

    title, submit, said = _("Add a person"), _("Add"), _("The login is made. Hand over the initial password.")

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=60)
    username = forms.CharField(label=_("Login name"), max_length=50)
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    password = forms.CharField(
        label=_("Initial password"),
        max_length=128,
        help_text=_("At least 10 characters. It must be changed at the first login."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    place = forms.CharField(label=_("Area or unit"), max_length=40, help_text=_PLACE_HELP)

    def __init__(self, *args: Any, places: Options, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self.fields["place"], places)


class PostingForm(PageForm):
    """A further post."""

    title, submit, said = _("Post a person"), _("Post"), _("Posted.")

    username = forms.CharField(label=_("Person"), max_length=50)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    place = forms.CharField(label=_("Area or unit"), max_length=40, help_text=_PLACE_HELP)
    starts = forms.DateField(
        label=_("First day"), required=False, help_text=_("Empty: from now on."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip
    ends = forms.DateField(
        label=_("Last day"), required=False, help_text=_("Empty: until further notice."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip
    deputy_of = forms.CharField(
        label=_("Deputy of"), max_length=50, required=False,
        help_text=_("Whoever stands in for somebody has a last day."),
    )  # fmt: skip

    def __init__(self, *args: Any, places: Options, people: Options, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self.fields["place"], places)
        for name in ("username", "deputy_of"):
            choose(self.fields[name], people)

    def posting(self) -> dict[str, Any]:
        """What ``posting_add`` takes; the last day counts in full."""
        given = dict(self.cleaned_data)
        starts, ends = given.pop("starts"), given.pop("ends")
        return given | {"starts_at": start_of(starts), "ends_at": end_of(ends)}


class ReopenForm(PageForm):
    """Nothing to fill in: pressing the button is all."""

    title, submit, said = (
        _("Open the login again"),
        _("Open the login"),
        _("The login is open. Give it a post."),
    )


class EndForm(PageForm):
    """When a posting ends."""

    title, submit, said = _("End a posting"), _("End it"), _("The posting ends.")
    confirm, danger = _("From then on the person sees nothing of this place."), True

    ends = forms.DateField(
        label=_("Last day"), required=False, help_text=_("Empty: at once."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip


class CloseForm(PageForm):
    """Why a login is closed."""

    title, submit, said = _("Close the login"), _("Close the login"), _("The login is closed.")
    confirm, danger = _("All posts of this person end at once."), True

    reason = forms.CharField(label=_("Reason"), max_length=500)


class PasswordForm(PageForm):
    """A new initial password."""

    title, submit, said = _("New initial password"), _("Set"), _("The new password holds. Hand it over.")

    password = forms.CharField(
        label=_("Initial password"), max_length=128,
        help_text=_("At least 10 characters. It must be changed at the next login."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class UnitFilter(forms.Form):
    """The list of units in the address bar."""

    q = forms.CharField(label=_("Name or code"), required=False, widget=forms.SearchInput)
    line = forms.ChoiceField(label=_("Line of work"), required=False, choices=[_ALL, *Line.choices])


class UnitForm(PageForm):
    """A unit; its code is given once."""

    title, submit, said = _("Unit"), _("Save"), _("Saved.")

    code = forms.CharField(
        label=_("Code"), max_length=30, help_text=_("Letters, digits, hyphens; it never changes.")
    )
    name = forms.CharField(label=_("Name"), max_length=100)
    line = forms.ChoiceField(label=_("Line of work"), choices=Line.choices)
    kind = forms.ChoiceField(label=_("Kind"), choices=Unit.Kind.choices)
    district = forms.ChoiceField(label=_("District"))
    parent = forms.CharField(label=_("Below the unit"), max_length=30, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    calendar = forms.ChoiceField(
        label=_("Working time"), required=False, help_text=_("By which calendar its deadlines run.")
    )
    active = forms.BooleanField(label=_("Takes work"), required=False, initial=True)
    recorded_by_station = forms.BooleanField(
        label=_("The station records its work"), required=False,
        help_text=_("For a unit without logins: the station signs, hands in and finishes for it."),
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        districts: Options,
        parents: Options,
        calendars: Options,
        unit: Unit | None = None,
        **kwargs: Any,
    ) -> None:
        if unit is not None:
            kwargs["initial"] = {
                "code": unit.code, "name": unit.name, "line": unit.line, "kind": unit.kind,
                "district": unit.district_code, "parent": unit.parent.code if unit.parent else "",
                "phone": unit.phone, "active": unit.active,
                "recorded_by_station": unit.recorded_by_station,
                "calendar": unit.calendar.code if unit.calendar else "",
            }  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["code"].disabled = unit is not None
        _offer(self, "district", districts)
        _offer(self, "calendar", [("", _("As usual for its kind")), *calendars])
        choose(self.fields["parent"], parents)

    def about(self) -> UnitAbout:
        """What ``unit_write`` takes, besides the code."""
        return UnitAbout(**{name: value for name, value in self.cleaned_data.items() if name != "code"})


def _offer(form: forms.Form, name: str, options: Options) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared so
    field.choices = list(options)


class ImportForm(forms.Form):
    """A file of areas."""

    file = forms.FileField(label=_("File"), help_text=_("GeoJSON FeatureCollection or CSV, at most 20 MB."))
    datum = forms.ChoiceField(
        label=_("Datum of the outlines"), choices=DATUM_CHOICES,
        help_text=_("Maps of Gaode and Tencent are GCJ-02; surveying data is CGCS2000."),
    )  # fmt: skip
    complete = forms.BooleanField(
        label=_("The file holds the complete set: retire what it leaves out"), required=False
    )


class ApplyForm(forms.Form):
    """The choices of a preview and its digest, as the page kept them."""

    datum = forms.ChoiceField(choices=DATUM_CHOICES)
    complete = forms.BooleanField(required=False)
    digest = forms.RegexField(r"^[0-9a-f]{64}$")
