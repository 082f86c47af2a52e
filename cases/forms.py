"""From a POST to the raw mapping of ``cases.inputs``, and back to widgets. No rule of a step stands here."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cases.columns import COLUMNS
from cases.filters import BY_DEADLINE, USUAL
from cases.marks import MARKS
from cases.models import CaseClass, Lamp, LookReason, ReporterLook
from cases.models.case import Source
from cases.wording_late import SUPERVISED
from cases.workflow import REJECT_REASONS, Action, Answer, Stage, Track, Verdict
from core.errors import CityError, Sentence
from core.widgets import FoundSelect

PHOTO_FIELDS = ("photos", "photos_before", "photos_after", "document")
_LISTS = (*PHOTO_FIELDS, "assisting_units", "photos_gone")
_LABELS: dict[str, Any] = {
    "position": _("Position"),
    "no_position_reason": _("Why there is no position"),
    "photos": _("Photos from the place"),
    "photos_before": _("Photos before"),
    "photos_after": _("Photos after"),
    "no_photo_reason": _("Why there is no photo"),
    "case_class": _("Class"),
    "condition": _("Filing condition"),
    "track": _("Raise the track"),
    "description": _("What is the matter"),
    "address": _("Address in words"),
    "reporter_name": _("Name of the caller"),
    "reporter_phone": _("Phone of the caller"),
    "person": _("Person"),
    "held_by": _("Whose task it was"),
    "reject_reason": _("Reason"),
    "reason": _("Reason"),
    "text": _("Note"),
    "words": _("What the caller said"),
    "result": _("What was done"),
    "failed_call": _("Nobody answered the call"),
    "past_limit": _("The plan's date counts, although it lies after the limit"),
    "measures": _("Measures"),
    "comments": _("Comments on single measures"),
    "lead_unit": _("Lead unit"),
    "assisting_units": _("Assisting units"),
    "finish_by": _("To be finished by"),
    "template": _("Template"),
    "document": _("Photos of the unit's document"),
    "unit": _("For the unit"),
    "outside_body": _("Passed on to"),
    "letter_no": _("Number of the letter"),
    "evidence": _("What shows it"),
    "until": _("Until"),
    "verdict": _("Decision"),
    "satisfied": _("Is it done?"),
    "place": _("Where to meet"),
    "reply_by": _("A reply is owed by"),
    "into": _("The case it goes into"),
    "strike": _("Names to take out of the texts"),
    "photos_gone": _("Photos that show the person"),
}
# What a field is called in one step where its general name says too little.
_SAID_IN: dict[Action, dict[str, Any]] = {
    Action.SUPERVISE: {"text": _("What is demanded")},
    Action.REPLY: {"text": _("Reply")},
    Action.REMIND: {"text": _("Reminder")},
    Action.ASK_PRESENCE: {"text": _("Why somebody has to come")},
    Action.ARRIVE: {"text": _("What was decided on the spot")},
    Action.ANSWER: {"words": _("Anything you want to add")},
    Action.OBJECT: {"reason": _("Why it should be taken up")},
}
_HELP: dict[str, Any] = {
    "case_class": _("Type pinyin, Chinese, English or the code."),
    "measures": _("One measure a line, at most 30."),
    "track": _("Leave it empty to take what the filing condition says."),
    "description": _("What you see, how large it is, whom it affects."),
    "address": _("Street and number, or what stands beside it."),
    "reply_by": _("Leave it empty if no reply is owed."),
    "past_limit": _("Unless it is ticked the earlier of the two counts. Say why in the note."),
    "until": _("At most a year ahead; the clock rests until then."),
    "into": _("Open cases of this community, the nearest first."),
    "strike": _("One a line. Phone numbers and the name the caller left are taken out without it."),
    "photos_gone": _("They are deleted; that there was a photo stays in the history."),
}
# Fields of which one ticks several, and what they are chosen from.
_SEVERAL = {"assisting_units": "units", "photos_gone": "photos_gone"}
_AREAS = frozenset({"description", "text", "words", "result", "reason", "measures", "evidence", "strike"})


def raw_of(names: Iterable[str], post: QueryDict) -> dict[str, Any]:
    """The fields of a step as ``cases.inputs.clean`` takes them; what was left empty is left out."""
    found = {name: _raw(name, post) for name in names}
    return {name: value for name, value in found.items() if value not in ("", [], {}, None)}


def _raw(name: str, post: QueryDict) -> Any:
    if name == "position":
        typed = {key: post.get(key, "").strip() for key in ("lon", "lat", "accuracy")}
        return {k: v for k, v in typed.items() if v} if typed["lon"] or typed["lat"] else {}
    if name == "comments":
        said = {k.removeprefix("comment_"): str(v) for k, v in post.items() if k.startswith("comment_")}
        return {seq: text for seq, text in said.items() if text.strip()}
    if name == "template":
        row, _colon, version = post.get(name, "").partition(":")
        return {"id": row, "version": version} if row else {}
    return post.getlist(name) if name in _LISTS else post.get(name, "")


class RefusedForm(forms.Form):
    """A form without rules: its errors are the sentences of a refusal by a service."""

    use_required_attribute = False
    _errors: Any

    def full_clean(self) -> None:
        """Nothing is judged here."""
        self._errors = ErrorDict()
        self.cleaned_data = {}

    def refuse(self, error: CityError) -> None:
        """Lay a refusal's sentences on their fields; what belongs to none stands on top."""
        sentences: Mapping[str, Sentence] = error.extra.get("errors") or {error.field: error.detail}
        for name, sentence in sentences.items():
            place = name if name in self.fields else "__all__"
            self.errors.setdefault(place, ErrorList()).append(str(sentence))


class ClassSelect(FoundSelect):
    """Classes, shown with the number of their key."""

    def code_of(self, key: str) -> str:
        """The number; component or matter stands in the group."""
        return key.partition("-")[2]


def class_choices(classes: Iterable[CaseClass]) -> tuple[list[Any], dict[str, str]]:
    """Grouped options of the classes, and the English name of each key."""
    groups: dict[str, list[tuple[str, str]]] = {}
    english: dict[str, str] = {}
    for row in classes:
        groups.setdefault(row.major, []).append((row.key, row.name))
        english[row.key] = row.name_en
    return [("", "—"), *groups.items()], english


def step_form(
    names: Iterable[str],
    *,
    required: Iterable[str],
    choices: Mapping[str, Any],
    data: QueryDict | None = None,
    initial: Mapping[str, Any] | None = None,
    action: Action | None = None,
) -> RefusedForm:
    """A form with one field for every name; ``choices`` as ``cases.choices`` gives them; fields are called
    as ``action`` calls them."""
    form = RefusedForm(data, initial=dict(initial or {}))
    needed, labels = set(required), _LABELS | (_SAID_IN.get(action, {}) if action else {})
    for name in names:
        field = _field(name, choices)
        field.required = name in needed
        field.label, field.help_text = labels[name], _HELP.get(name, "")
        form.fields[name] = field
    return form


def _field(name: str, choices: Mapping[str, Any]) -> forms.Field:
    if name == "case_class":
        options, english = choices["case_class"]
        widget = ClassSelect()
        widget.english = english
        return forms.ChoiceField(choices=options, widget=widget)
    if name in _SEVERAL:
        options = choices[_SEVERAL[name]]
        return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple)
    if name in _SELECTS:
        kind = {"lead_unit": "units"}.get(name, name)
        select = forms.Select if name == "track" else FoundSelect
        return forms.ChoiceField(choices=[("", "—"), *choices.get(kind, TRACKS)], widget=select)
    if name in _FLAGS:
        return forms.BooleanField()
    if name in _RADIOS:
        return forms.ChoiceField(choices=_RADIOS[name], widget=forms.RadioSelect)
    if name in _WIDGETS:
        return forms.CharField(widget=_WIDGETS[name])
    return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}) if name in _AREAS else forms.TextInput())


_WIDGETS: dict[str, forms.Widget] = {
    **{
        name: forms.TextInput(attrs={"type": "datetime-local"}) for name in ("finish_by", "until", "reply_by")
    },
    "held_by": forms.HiddenInput(),
    "reporter_phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
}
_FLAGS = frozenset({"failed_call", "past_limit"})
_SELECTS = frozenset({"lead_unit", "person", "track", "unit", "into"})
_RADIOS: dict[str, list[Any]] = {
    "reject_reason": list(REJECT_REASONS.items()),
    "verdict": list(Verdict.choices),
    "satisfied": list(Answer.choices),
}
TRACKS = [(track.value, track.label) for track in (Track.DIRECT, Track.STANDARD, Track.EMERGENCY)]
_ANY = [("", _("All"))]


class LookFilter(RefusedForm):
    """The filters of the list of looks, as the address bar has them."""

    who = forms.CharField(label=_("Who looked"), widget=forms.TextInput(attrs={"type": "search"}))
    kind = forms.ChoiceField(label=_("What"), choices=[*_ANY, *ReporterLook.Kind.choices])
    since = forms.CharField(label=_("From day"), widget=forms.TextInput(attrs={"type": "date"}))
    until = forms.CharField(label=_("To day"), widget=forms.TextInput(attrs={"type": "date"}))


class SubjectForm(RefusedForm):
    """About which number, and why."""

    phone = forms.CharField(
        label=_("Phone number of the person"),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    why = forms.ChoiceField(label=_("Why"), choices=[("", "—"), *LookReason.choices])
    reason = forms.CharField(label=_("Reason in words"), required=False)


class FilterForm(RefusedForm):
    """The filters of the case list, as the address bar has them."""

    q = forms.CharField(label=_("Search"), widget=forms.TextInput(attrs={"type": "search"}))
    stage = forms.ChoiceField(label=_("Stage"), choices=[*_ANY, *Stage.choices])
    lamp = forms.ChoiceField(label=_("Deadline"), choices=[*_ANY, *Lamp.choices])
    escalation = forms.ChoiceField(label=_("Supervision level"), choices=[*_ANY, *SUPERVISED.items()])
    overdue = forms.ChoiceField(
        label=_("Was late"), choices=[*_ANY, ("yes", _("At some time")), ("no", _("Never"))]
    )
    mark = forms.ChoiceField(label=_("Mark"), choices=[*_ANY, *MARKS.items()])
    open = forms.ChoiceField(label=_("State"), choices=[*_ANY, ("yes", _("Open")), ("no", _("Done"))])
    track = forms.ChoiceField(label=_("Track"), choices=[*_ANY, *Track.choices])
    line = forms.ChoiceField(label=_("Line"), choices=[])
    source = forms.ChoiceField(label=_("Source"), choices=[*_ANY, *Source.choices])
    district = forms.ChoiceField(label=_("District"), choices=[])
    street = forms.ChoiceField(label=_("Street"), choices=[])
    community = forms.ChoiceField(label=_("Community"), choices=[])
    grid = forms.ChoiceField(label=_("Grid"), choices=[])
    unit = forms.ChoiceField(label=_("Unit"), choices=[])
    since = forms.CharField(label=_("From day"), widget=forms.TextInput(attrs={"type": "date"}))
    until = forms.CharField(label=_("To day"), widget=forms.TextInput(attrs={"type": "date"}))
    sort = forms.ChoiceField(
        label=_("Order"),
        choices=[("", _("Newest first")), (BY_DEADLINE, _("By deadline, where a clock runs"))],
    )
    cols = forms.MultipleChoiceField(label=_("Columns"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: QueryDict, choices: Mapping[str, list[Any]]) -> None:
        super().__init__(data)
        if "cols" not in data:
            # What is shown without a wish stands ticked, so that one can be taken away.
            self.data = data.copy()
            self.data.setlist("cols", list(USUAL))
        self.fields["cols"].choices = [(c.key, c.label) for c in COLUMNS]  # type: ignore[attr-defined]
        for name, options in choices.items():
            if options:
                self.fields[name].choices = [*_ANY, *options]  # type: ignore[attr-defined]
            else:
                del self.fields[name]

    def said(self, name: str) -> str:
        """The values of a filter as the options call them."""
        options = {str(key): str(label) for key, label in getattr(self.fields[name], "choices", ())}
        values = self.data.getlist(name) if isinstance(self.data, QueryDict) else [self[name].value()]
        return "、".join(options.get(value, value) for value in map(str, values) if value)
