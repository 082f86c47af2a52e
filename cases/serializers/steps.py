"""Shapes of what a step is sent and answers, made from the workflow table.

The input shapes document: what is sent goes to ``cases.inputs`` as it came, which understands it.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from cases.inputs import LENGTHS
from cases.workflow import REJECT_REASONS, STEPS, Action, Answer, Step, Track, Verdict
from core.serializers import Shape

Maker = Callable[..., serializers.Field[Any, Any, Any, Any]]
_LISTS = {
    "photos": "scene",
    "photos_before": "before",
    "photos_after": "after",
    "document": "the unit's document",
}


class PositionInput(serializers.Serializer[Any]):
    """Degrees; accuracy in metres; datum WGS84 (default), CGCS2000 or GCJ02."""

    lon = serializers.FloatField(min_value=-180, max_value=180)
    lat = serializers.FloatField(min_value=-90, max_value=90)
    accuracy = serializers.FloatField(required=False, min_value=0)
    datum = serializers.CharField(required=False)


class TemplateRef(serializers.Serializer[Any]):
    """The plan template a plan begins from, in the version it was read in."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()


def _text(name: str) -> Maker:
    return lambda **how: serializers.CharField(max_length=LENGTHS.get(name, 300), **how)


def _photo_list(shows: str) -> Maker:
    words = f"ids of uploaded photos: {shows}"
    return lambda **how: serializers.ListField(child=serializers.UUIDField(), help_text=words, **how)


def _strings(words: str) -> Maker:
    return lambda **how: serializers.ListField(child=serializers.CharField(), help_text=words, **how)


def _said(words: str) -> Maker:
    return lambda **how: serializers.CharField(help_text=words, **how)


_MAKERS: dict[str, Maker] = {
    "position": lambda **how: PositionInput(**how),
    "case_class": _said("a class by its key, such as matter-06010"),
    "condition": lambda **how: serializers.IntegerField(help_text="number of the filing condition", **how),
    "track": lambda **how: serializers.ChoiceField(choices=Track.choices, **how),
    "reject_reason": lambda **how: serializers.ChoiceField(choices=list(REJECT_REASONS), **how),
    "failed_call": lambda **how: serializers.BooleanField(**how),
    "past_limit": lambda **how: serializers.BooleanField(
        help_text="the plan's date counts although it lies after the class's limit; needs the text", **how
    ),
    "person": _said("a person by login name"),
    "held_by": _said("login name of whoever has the task as you saw it, - for nobody; refused if it differs"),
    "measures": _strings("the measures, one a line"),
    "comments": lambda **how: serializers.DictField(
        child=serializers.CharField(), help_text="by the number of the measure", **how
    ),
    "lead_unit": _said("a unit by its code"),
    "assisting_units": _strings("units by their codes"),
    **{name: lambda **how: serializers.DateTimeField(**how) for name in ("finish_by", "until", "reply_by")},
    "strike": _strings("names to take out of the texts, beside the one the caller left"),
    "photos_gone": _photo_list("of this case that show the person; they are deleted"),
    "unit": _said("the unit the station records this for, by its code"),
    "into": _said("the case it goes into, by its number of 19 digits"),
    "verdict": lambda **how: serializers.ChoiceField(choices=Verdict.choices, **how),
    "satisfied": lambda **how: serializers.ChoiceField(choices=Answer.choices, **how),
    "template": lambda **how: TemplateRef(**how),
    **{name: _photo_list(shows) for name, shows in _LISTS.items()},
}


@cache
def step_input(action: Action) -> Shape:
    """The shape of a step's input: required is what every row of the table for this action needs."""
    rows = [step for step in STEPS if step.action is action]
    return inline_serializer(name=f"{_camel(action)}Input", fields=_fields(rows))


@cache
def report_input(action: Action) -> Shape:
    """The same for a report, which may bring the case's own UUID."""
    rows = [step for step in STEPS if step.action is action]
    own = serializers.UUIDField(required=False, help_text="the client's own name for the case")
    return inline_serializer(name=f"{_camel(action)}Input", fields={**_fields(rows), "uuid": own})


def _fields(rows: Sequence[Step]) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    names = dict.fromkeys(name for step in rows for name in step.fields)
    needed = set(rows[0].needs).intersection(*(step.needs for step in rows))
    return {name: _MAKERS.get(name, _text(name))(required=name in needed) for name in names}


def _camel(action: Action) -> str:
    return "".join(word.capitalize() for word in action.value.split("_"))


class StepAnswer(serializers.Serializer[Any]):
    """What a step answers with, and again for the same key."""

    number = serializers.CharField()
    uuid = serializers.UUIDField()
    stage = serializers.CharField()
    version = serializers.IntegerField()
    action = serializers.CharField()
    event = serializers.IntegerField(help_text="number of the event in the case's history")
    follow_code = serializers.CharField(
        required=False, help_text="for a report or joining of somebody without a login: how to follow it"
    )
