"""Lateness in words: what a rung of the ladder says in a history, and what became of a clock. Pure."""

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases import deadlines as rule
from cases.deadlines import Level
from core.errors import Sentence
from core.worktime import Unit

LEVELS: dict[int, Sentence] = {
    Level.WARNING: _("The deadline is near"),
    Level.OVERDUE: _("The deadline has passed: supervision level 1"),
    Level.LEVEL2: _("Still not done: supervision level 2"),
    Level.LEVEL3: _("Still not done: supervision level 3, with the bureau"),
}
_BESIDE: dict[str, Sentence] = {
    rule.POOL: _("Half of the time has passed and nobody has it"),
    rule.CHECKER: _("Nobody was there to check it for an hour; the station names somebody"),
    rule.SIGN_FOR: _("The unit has not signed for it in time"),
    rule.PLAN_OWED: _("The plan that is owed was not settled in time"),
    rule.REPLY: _("The reply to the supervision is late"),
    rule.PRESENCE: _("Whoever was called to the place did not come in time"),
}
_HOW: dict[str, Sentence] = {
    "start": _("The clock began"),
    "resume": _("The clock went on with what was left"),
    "plan": _("The clock began; the plan's date comes before the limit"),
    "pause": _("The clock rests"),
    "extend": _("One more limit was added"),
    "rearm": _("Reckoned anew after a change of limits or calendars"),
    "stop": _("The clock stopped"),
}


def rung_words(data: Mapping[str, Any]) -> str:
    """The sentence of an event of a rung."""
    name, level = str(data.get("rule", "")), int(data.get("level", 0))
    if name != rule.STAGE:
        return str(_BESIDE.get(name, ""))
    if level > Level.LEVEL3:
        return gettext("Still not done: supervision level 3, repeated")
    return str(LEVELS.get(level, ""))


def rung_lines(data: Mapping[str, Any]) -> list[str]:
    """When it was due, and why nobody was told."""
    lines = [gettext("Due at %(time)s") % {"time": moment_of(data.get("due", ""))}]
    if data.get("outrun"):
        lines.append(gettext("Recorded only: a later level came due at the same time."))
    if data.get("recorded"):
        lines.append(gettext("Recorded afterwards; nobody was told."))
    return lines


def clock_words(how: str) -> str:
    """What became of a clock."""
    return str(_HOW.get(how, how))


UNITS: dict[str, Sentence] = {
    Unit.WORKING_MINUTE: _("working minutes"),
    Unit.WORKING_HOUR: _("working hours"),
    Unit.WORKING_DAY: _("working days"),
    Unit.CONTINUOUS_MINUTE: _("continuous minutes"),
    Unit.CONTINUOUS_HOUR: _("continuous hours"),
    Unit.CONTINUOUS_DAY: _("continuous days"),
}
_SPECIAL: dict[str, Sentence] = {"holiday": _("Holiday"), "working": _("Make-up working day")}


def limit_words(limit: Any) -> str:
    """[4, "工作时"] as a reader sees it; "" for none."""
    return f"{limit[0]} {UNITS.get(limit[1], limit[1])}" if limit else ""


def special_words(kind: str, name: str) -> str:
    """What makes a day special."""
    word = str(_SPECIAL.get(kind, kind))
    return f"{word}: {name}" if name else word


def moment_of(text: object) -> str:
    """A moment as events keep it, to the second, in Asia/Shanghai; "" for none."""
    found = parse_datetime(str(text)) if text else None
    return f"{localtime(found):%Y-%m-%d %H:%M:%S}" if found else ""
