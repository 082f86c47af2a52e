"""From what a client sent to a clean ``Given``: the one place where page and API input is understood.

Raw input is a JSON-like mapping: classes by key ("matter-06010"), conditions by number, units by
code, people by login name, photos by id, a position as ``{"lon", "lat", "accuracy", "datum"}``.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from cases.given import Given, Position
from cases.models import CaseClass, FilingCondition, PlanTemplate
from cases.workflow import REJECT_REASONS, Answer, Step, Track, Verdict
from core.errors import BadInput, Sentence
from core.masking import whole_phone
from grids.geo.datum import gcj02_to_wgs84

LENGTHS = {"description": 5000, "text": 2000, "words": 2000, "result": 2000, "reason": 1000, "evidence": 1000}
MOST_MEASURES, LONGEST_MEASURE, MOST_PHOTOS_GONE = 30, 500, 200
_PHOTO_FIELDS = ("photos", "photos_before", "photos_after", "document")
# CGCS2000 and WGS 84 differ by centimetres and are stored alike.
DATUMS = frozenset({"WGS84", "CGCS2000", "GCJ02"})
_CASE_NUMBER = re.compile(r"[0-9]{19}")
_SMALL_NUMBER = re.compile(r"[0-9]{1,4}")
_ROW_ID = re.compile(r"[0-9]{1,18}")
# C0 controls but tab and newline: PostgreSQL refuses NUL, and no screen shows the rest.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Place:
    """What cleaning needs to know of the case: the code of the district whose units may be named."""

    district_code: str = ""


def clean(step: Step, raw: Mapping[str, Any], place: Place) -> Given:
    """Everything the step takes, understood and typed.

    Raises:
        BadInput: an unknown field, or values that can't be; ``extra["errors"]`` has a sentence a field.
    """
    return clean_named(step.fields, raw, place)


def clean_named(names: tuple[str, ...], raw: Mapping[str, Any], place: Place) -> Given:
    """The same for any set of field names of ``Given``."""
    errors: dict[str, Sentence] = {
        _key(name): _("This step takes no field of this name.") for name in raw if name not in names
    }
    values: dict[str, Any] = {}
    for name in names:
        value = raw.get(name)
        if value in (None, "", [], {}):
            continue
        try:
            values[name] = _CLEANERS.get(name, _text)(name, value, place)
        except BadInput as error:
            errors[name] = error.detail
    _resolve_class(values, errors)
    _count_photos(values, errors)
    if errors:
        first = next(iter(errors))
        raise BadInput(errors[first], field=first, errors=errors)
    return Given(**values)


def clean_birth(step: Step, raw: Mapping[str, Any]) -> Given:
    """The same for a report, where no case and so no district is there yet."""
    return clean(step, raw, Place())


def _text(name: str, value: object, place: Place) -> str:
    if not isinstance(value, str):
        raise BadInput(_("Write this as text."))
    most = LENGTHS.get(name, 300)
    if len(value) > most:
        raise BadInput(
            _("This text has %(length)d characters; at most %(most)d can be kept. Shorten it.")
            % {"length": len(value), "most": most}
        )
    return _CONTROLS.sub("", value.replace("\r\n", "\n")).strip()


def text_of(value: object, field: str) -> str:
    """One line of text outside a step: without controls and spaces around it.

    Raises:
        BadInput: no text, or too long for any field; ``field`` is where it stands.
    """
    try:
        return " ".join(_text(field, value, Place()).split())
    except BadInput as error:
        raise BadInput(error.detail, field=field) from None


def _key(value: object) -> str:
    """A code or login name as the database can be asked for it; PostgreSQL takes neither NUL nor halves."""
    return _CONTROLS.sub("\ufffd", str(value))[:200]


def _phone(name: str, value: object, place: Place) -> str:
    text = _text(name, value, place)
    digits = "12345" if text == "12345" else whole_phone(text)
    if not digits:
        raise BadInput(
            _("This is no phone number. A mobile has 11 digits; a landline looks like 023-40661234.")
        )
    return digits


def _position(name: str, value: object, place: Place) -> Position:
    if not isinstance(value, Mapping):
        raise BadInput(_("A position is given as lon and lat, in degrees."))
    numbers = {key: _number(value.get(key)) for key in ("lon", "lat")}
    lon, lat = numbers["lon"], numbers["lat"]
    if lon is None or lat is None or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise BadInput(_("A position is given as lon and lat, in degrees."))
    accuracy = _number(value.get("accuracy"))
    if accuracy is not None and not 0 <= accuracy <= 100_000:
        accuracy = None
    datum = str(value.get("datum") or "WGS84").upper().replace("-", "")
    if datum not in DATUMS:
        raise BadInput(_("The datum of a position is WGS84, CGCS2000 or GCJ02."))
    if datum == "GCJ02":
        lon, lat = gcj02_to_wgs84(lon, lat)
    return Position(round(lon, 7), round(lat, 7), accuracy, datum)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _photos(name: str, value: object, place: Place) -> tuple[UUID, ...]:
    items = value if isinstance(value, list | tuple) else [value]
    if len(items) > settings.MAX_PHOTOS_PER_STEP:
        raise BadInput(_too_many(len(items)))
    return _photo_ids(items)


def _photo_ids(items: Sequence[object]) -> tuple[UUID, ...]:
    try:
        return tuple(dict.fromkeys(UUID(str(item)) for item in items))
    except ValueError:
        raise BadInput(_("A photo is named by the id it got when it was uploaded.")) from None


def _count_photos(values: Mapping[str, Any], errors: dict[str, Sentence]) -> None:
    named = [(name, photo) for name in _PHOTO_FIELDS for photo in values.get(name, ())]
    if len(named) > settings.MAX_PHOTOS_PER_STEP:
        errors.setdefault(named[-1][0], _too_many(len(named)))


def _too_many(count: int) -> Sentence:
    return _("At most %(most)d photos go with one step; you named %(count)d.") % {
        "most": settings.MAX_PHOTOS_PER_STEP,
        "count": count,
    }


def _track(name: str, value: object, place: Place) -> Track:
    if str(value) not in Track.values:
        raise BadInput(_("There is no such track."))
    return Track(str(value))


def _reject_reason(name: str, value: object, place: Place) -> str:
    if str(value) not in REJECT_REASONS:
        raise BadInput(_("Choose a reason from the list."))
    return str(value)


def _verdict(name: str, value: object, place: Place) -> Verdict:
    if str(value) not in Verdict.values:
        raise BadInput(_("Say whether it is granted or refused."))
    return Verdict(str(value))


def _answer(name: str, value: object, place: Place) -> Answer:
    if str(value) not in Answer.values:
        raise BadInput(_("Say yes or no."))
    return Answer(str(value))


def _number_of_case(name: str, value: object, place: Place) -> str:
    number = unicodedata.normalize("NFKC", str(value)[:60]).strip()
    if not _CASE_NUMBER.fullmatch(number):
        raise BadInput(_("A case is named by its number of 19 digits."))
    return number


def _flag(name: str, value: object, place: Place) -> bool:
    return value in (True, "true", "on", "1", 1)


def _measures(name: str, value: object, place: Place) -> tuple[str, ...]:
    lines = value.splitlines() if isinstance(value, str) else value
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise BadInput(_("Measures are lines of text."))
    measures = tuple(text for line in lines if (text := _CONTROLS.sub("", line).strip()))
    if not measures:
        raise BadInput(_("Name at least one measure."))
    if len(measures) > MOST_MEASURES or any(len(text) > LONGEST_MEASURE for text in measures):
        raise BadInput(_("A plan has at most 30 measures of 500 characters each."))
    return measures


def _strike(name: str, value: object, place: Place) -> tuple[str, ...]:
    lines = value.splitlines() if isinstance(value, str) else value
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise BadInput(_("Names to take out are lines of text."))
    found = tuple(dict.fromkeys(text for line in lines if (text := _CONTROLS.sub("", line).strip())))
    # One sign alone would go through the whole text.
    if len(found) > MOST_MEASURES or any(not 2 <= len(text) <= 60 for text in found):
        raise BadInput(_("Name at most 30 words to take out, each of 2 to 60 characters."))
    return found


def _photos_gone(name: str, value: object, place: Place) -> tuple[UUID, ...]:
    items = value if isinstance(value, list | tuple) else [value]
    if len(items) > MOST_PHOTOS_GONE:
        raise BadInput(_("At most 200 photos can be taken away at once."))
    return _photo_ids(items)


def _comments(name: str, value: object, place: Place) -> dict[int, str]:
    if not isinstance(value, Mapping) or not all(_SMALL_NUMBER.fullmatch(str(seq)) for seq in value):
        raise BadInput(_("Comments are given by the number of the measure."))
    return {int(seq): text for seq, raw in value.items() if (text := _comment(name, raw, place))}


def _comment(name: str, value: object, place: Place) -> str:
    text = _text(name, value, place)
    if len(text) > LONGEST_MEASURE:
        raise BadInput(_("A comment has at most 500 characters. Shorten it."))
    return text


def _when(name: str, value: object, place: Place) -> datetime:
    text = str(value)[:40]
    try:
        moment = parse_datetime(text)
        day = None if moment else parse_date(text)
    except ValueError:
        moment = day = None
    if moment is None and day is not None:
        moment = datetime.combine(day, time(18, 0))
    if moment is None or not 2000 <= moment.year <= 2100:
        raise BadInput(_("Give a date and time, such as 2026-11-23 18:00."))
    return make_aware(moment) if is_naive(moment) else moment


def _template(name: str, value: object, place: Place) -> PlanTemplate:
    pair = value if isinstance(value, Mapping) else {}
    named, version = str(pair.get("id", "")), str(pair.get("version", ""))
    if not (_ROW_ID.fullmatch(named) and _SMALL_NUMBER.fullmatch(version)):
        raise BadInput(_("A template is named by its id and its version."))
    rows = PlanTemplate.objects.filter(area__code=place.district_code, retired_at__isnull=True)
    found = rows.prefetch_related("assisting_units").filter(pk=int(named)).first()
    if found is None:
        raise BadInput(
            _("This template is not in use here any more. Choose another, or send again without one.")
        )
    if found.version != int(version):
        raise BadInput(
            _("This template was changed meanwhile. Fill in from it again, or send again without a template.")
        )
    return found


def _units(place: Place, codes: list[str]) -> list[Unit]:
    found = {
        unit.code: unit
        for unit in Unit.objects.filter(code__in=map(_key, codes), active=True)
        if unit.district_code in ("", place.district_code)
    }
    if missing := [code for code in codes if code not in found]:
        raise BadInput(
            _("There is no unit %(code)s that works in this district.") % {"code": _key(missing[0])[:30]}
        )
    return [found[code] for code in codes]


def _unit(name: str, value: object, place: Place) -> Unit:
    return _units(place, [str(value)])[0]


def _unit_list(name: str, value: object, place: Place) -> tuple[Unit, ...]:
    items = value if isinstance(value, list | tuple) else [value]
    codes = list(dict.fromkeys(str(item) for item in items if item))
    if len(codes) > 20:
        raise BadInput(_("At most 20 units can assist."))
    return tuple(_units(place, codes))


def _person(name: str, value: object, place: Place) -> User:
    person = User.objects.filter(username=_key(value), is_active=True).first()
    if person is None:
        raise BadInput(_("There is no such person."))
    return person


def _held_by(name: str, value: object, place: Place) -> str:
    return _key(value).strip()


def _class_key(name: str, value: object, place: Place) -> tuple[str, str]:
    kind, _dash, code = _key(value).partition("-")
    return kind, code


def _condition_seq(name: str, value: object, place: Place) -> int:
    if not _SMALL_NUMBER.fullmatch(str(value)):
        raise BadInput(_("Choose a filing condition from the list."))
    return int(str(value))


def _resolve_class(values: dict[str, Any], errors: dict[str, Sentence]) -> None:
    """Put the rows in the place of what names them; one read where the condition is the class's."""
    named, seq = values.pop("case_class", None), values.pop("condition", None)
    if named is None:
        if seq is not None:
            errors["condition"] = _("Name the class the filing condition belongs to.")
        return
    kind, code = named
    rows = FilingCondition.objects.filter(case_class__kind=kind, case_class__code=code, seq=seq, active=True)
    condition = None if seq is None else rows.select_related("case_class").first()
    if condition is not None and condition.case_class.active:
        values |= {"case_class": condition.case_class, "condition": condition}
        return
    values["case_class"] = CaseClass.objects.filter(kind=kind, code=code, active=True).first()
    if values["case_class"] is None:
        errors["case_class"] = _("There is no such class. Choose one from the list.")
    elif seq is not None:
        errors["condition"] = _("This class has no such filing condition. Choose one from the list.")


Cleaner = Callable[[str, object, Place], Any]
_CLEANERS: dict[str, Cleaner] = {
    "position": _position,
    "photos": _photos,
    "photos_before": _photos,
    "photos_after": _photos,
    "case_class": _class_key,
    "condition": _condition_seq,
    "track": _track,
    "reporter_phone": _phone,
    "person": _person,
    "held_by": _held_by,
    "reject_reason": _reject_reason,
    "failed_call": _flag,
    "past_limit": _flag,
    "measures": _measures,
    "comments": _comments,
    "lead_unit": _unit,
    "assisting_units": _unit_list,
    "finish_by": _when,
    "template": _template,
    "document": _photos,
    "unit": _unit,
    "until": _when,
    "reply_by": _when,
    "verdict": _verdict,
    "satisfied": _answer,
    "into": _number_of_case,
    "strike": _strike,
    "photos_gone": _photos_gone,
}
