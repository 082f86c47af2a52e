"""Limits, ladders and what changes of them, in words. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.deadlines import Level, Limit, Rung, default_limit
from cases.wording_late import SUPERVISED, amount_words, hearer_words, limit_words, rung_name
from cases.workflow import Stage, Track
from core.errors import Sentence
from core.worktime import Unit

EVERY_STAGE, EVERY_TRACK = _("Every stage"), _("Every other track")
BUILT_IN, OFF = _("as built in"), _("switched off")


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a change: what it is about, what stood there and what stands there then."""

    label: str
    before: str
    after: str


def place_words(stage: str, track: str) -> str:
    """A stage and a track, each "" for every one."""
    words = [str(Stage(stage).label if stage else EVERY_STAGE)]
    return " · ".join([*words, str(Track(track).label if track else EVERY_TRACK)])


def limit_said(limit: Limit | None) -> str:
    """ "4 working hours"; "" for none."""
    return amount_words(limit.amount, Unit(limit.unit)) if limit else ""


def when_words(rung: Rung) -> str:
    """When a rung comes: "200 % of the limit, or 2 working days past the deadline if that is earlier"."""
    if rung.level == Level.OVERDUE:
        return gettext("at the deadline")
    words = gettext("%(percent)d %% of the limit") % {"percent": rung.percent}
    if rung.past_days:
        days = amount_words(rung.past_days, Unit.WORKING_DAY)
        words = gettext("%(when)s, or %(days)s past the deadline if that is earlier") % {
            "when": words, "days": days
        }  # fmt: skip
    if rung.not_before:
        floor = limit_said(rung.not_before)
        words = gettext("%(when)s; not before %(floor)s past it") % {"when": words, "floor": floor}
    return words


def hears_words(rung: Rung) -> str:
    """Who hears of a rung."""
    return gettext(", ").join(hearer_words(code) for code in rung.hears)


def supervision_words(rung: Rung) -> str:
    """The level of supervision it attaches; "" for none."""
    return str(SUPERVISED.get(rung.supervision, ""))


def sounds_words(rung: Rung) -> str:
    """Whether it waits for the next working hour."""
    return gettext("also outside working hours") if rung.sounds else gettext("in working hours")


def told(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Told]:
    """A change in lines, from what ``services.rearm.rules_around`` says of it."""
    if kind == "calendar":
        version = gettext("version %(number)s")
        label = gettext("Calendar %(code)s") % {"code": after.get("calendar", "")}
        return [
            Told(
                label, version % {"number": before.get("version")}, version % {"number": after.get("version")}
            )
        ]
    if kind == "condition":
        label = gettext("Filing condition %(seq)s of %(key)s") % {"seq": after["seq"], "key": after["class"]}
        return [Told(label, gettext("as it was when each was filed"), limit_words(after["limit"]))]
    if kind == "renewal":
        return []
    say = _limit if kind == "limits" else _rung
    return [Told(_label(name), say(name, before.get(name)), say(name, held)) for name, held in after.items()]


def _label(name: str) -> str:
    stage, track, *level = _parts(name)
    words = place_words(stage, track)
    return f"{words} · {rung_name(int(level[0]))}" if level else words


def _limit(name: str, held: Any) -> str:
    if held:
        return limit_words(held)
    stage, track = _parts(name)
    shown = limit_said(default_limit(Stage(stage), Track(track or Track.STANDARD)))
    return f"{shown} ({BUILT_IN})"


def _rung(name: str, held: Any) -> str:
    if held is None or held == "off":
        return str(OFF if held else BUILT_IN)
    level = int(_parts(name)[2])
    rung = rung_from(level, held)
    parts = [when_words(rung), hears_words(rung), supervision_words(rung), sounds_words(rung)]
    return gettext("; ").join(part for part in parts if part)


def rung_from(level: int, held: Mapping[str, Any]) -> Rung:
    """A rung from its plain data."""
    floor = Limit(*held["not_before"]) if held["not_before"] else None
    return Rung(
        level, held["percent"], tuple(held["hears"]), held["past_days"], floor, held["supervision"],
        held["sounds"],
    )  # fmt: skip


def _parts(name: str) -> list[str]:
    return ["" if part == "*" else part for part in name.split("/")]


SOURCES: dict[str, Sentence] = {
    "own": _("set by the city"),
    "general": _("set by the city for every other track"),
    "built_in": _("built in"),
}
