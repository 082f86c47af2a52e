"""Lateness in words: what a rung of the ladder says in a history, and what became of a clock. Pure."""

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cases import deadlines as rule
from cases.deadlines import Level
from core.errors import Sentence
from core.worktime import Calendar, Unit

LEVELS: dict[int, Sentence] = {
    Level.WARNING: _("The deadline is near"),
    Level.OVERDUE: _("The deadline has passed: supervision level 1"),
    Level.LEVEL2: _("Still not done: supervision level 2"),
    Level.LEVEL3: _("Still not done: supervision level 3, with the bureau"),
}
# The levels of supervision (督办) that lateness brings.
SUPERVISED: dict[int, Sentence] = {1: _("Level 1"), 2: _("Level 2"), 3: _("Level 3")}
SUPERVISIONS: dict[int, Sentence] = {
    1: _("Supervision, level 1"),
    2: _("Supervision, level 2"),
    3: _("Supervision, level 3"),
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
    "later": _("The clock began; the bureau let the plan's later date count"),
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
    lines = [gettext("It came due at %(time)s") % {"time": moment_of(data.get("due", ""))}]
    if data.get("outrun"):
        lines.append(gettext("Recorded only: a later level came due at the same time."))
    if data.get("recorded"):
        lines.append(gettext("Recorded afterwards; nobody was told."))
    return lines


def rearm_words(data: Mapping[str, Any]) -> str:
    """The sentence of an event by which a case was reckoned anew."""
    due = moment_of(data.get("clock", {}).get("due"))
    if data.get("begun"):
        return gettext("A clock was begun for the stage it stands in")
    if due:
        return gettext("The deadline was reckoned anew: %(due)s") % {"due": due[:16]}
    if data.get("limit"):
        return gettext("It takes the handling limit of new cases")
    return gettext("Reckoned anew after a change of limits or calendars")


def rearm_lines(data: Mapping[str, Any]) -> list[str]:
    """What it was before, and what else moved with it."""
    said = {
        gettext("Before: %(what)s"): moment_of(data.get("was"))[:16],
        gettext("Handling limit: %(what)s"): limit_words(data.get("limit")),
        gettext("The plan that is owed is to be settled by %(what)s"): moment_of(data.get("plan_due"))[:16],
    }
    return [sentence % {"what": what} for sentence, what in said.items() if what]


def rung_icon(data: Mapping[str, Any]) -> str:
    """A lamp for the first rungs of the ladder, a flag for the levels of supervision above, a bell beside."""
    if data.get("rule") != rule.STAGE:
        return "bell"
    level = int(data.get("level", 0))
    return "lamp-yellow" if level <= Level.WARNING else "lamp-red" if level == Level.OVERDUE else "flag"


def rung_tone(data: Mapping[str, Any]) -> str:
    """ "warn" before the deadline and beside the ladder, "bad" from it on; "" for what was only recorded."""
    if data.get("outrun"):
        return ""
    late = data.get("rule") == rule.STAGE and int(data.get("level", 0)) >= Level.OVERDUE
    return "bad" if late else "warn"


RUNG_NAMES: dict[int, Sentence] = {
    Level.WARNING: _("Warning"),
    Level.OVERDUE: _("Overdue"),
    Level.LEVEL2: _("Supervision, level 2"),
    Level.LEVEL3: _("Supervision, level 3"),
}
_HEARERS: dict[str, Sentence] = {
    rule.NAMED: _("whoever it waits for"),
    rule.LEADER: _("who leads them"),
    rule.UNIT_HEAD: _("the head of the unit or squad"),
    rule.STATION: _("the district station"),
    rule.BUREAU: _("the bureau"),
    rule.BUREAU_LEADER: _("the leader in charge"),
}
_TO_COME: dict[str, Sentence] = {
    rule.POOL: _("If nobody has taken it on by then, whoever leads the squad or unit hears of it"),
    rule.CHECKER: _("If nobody can check it by then, the station names somebody"),
    rule.SIGN_FOR: _("The unit signs for it by then"),
    rule.SUSPENSION: _("The suspension ends and the clock goes on"),
    rule.PLAN_OWED: _("The plan that is owed is settled by then"),
    rule.REPLY: _("The reply to the supervision is owed by then"),
    rule.PRESENCE: _("Whoever was called comes to the place by then"),
}


def rung_name(level: int) -> str:
    """What a rung is called; above the third level of supervision they repeat it."""
    return str(RUNG_NAMES.get(level) or _("Level 3 again"))


def hearer_words(code: str) -> str:
    """Who hears of a rung."""
    return str(_HEARERS.get(code, code))


def beside_words(name: str) -> str:
    """What is to come due beside the ladder."""
    return str(_TO_COME.get(name, name))


def calendar_words(name: str, name_en: str, number: int) -> str:
    """A version of a calendar."""
    shown = name_en if name_en and not (get_language() or "").startswith("zh") else name
    return gettext("%(name)s, version %(number)d") % {"name": shown, "number": number}


def span_exactly(seconds: int) -> str:
    """So many seconds in hours and minutes, as a sum of them is written."""
    hours, minutes = divmod(int(seconds) // 60, 60)
    if not hours:
        return gettext("%(m)d min") % {"m": minutes}
    words = gettext("%(h)d h %(m)d min") if minutes else gettext("%(h)d h")
    return words % {"h": hours, "m": minutes}


def clock_words(how: str) -> str:
    """What became of a clock."""
    return str(_HOW.get(how, how))


_SPECIAL: dict[str, Sentence] = {"holiday": _("Holiday"), "working": _("Make-up working day")}


def limit_words(limit: Any) -> str:
    """[4, "工作时"] as a reader sees it; "" for none."""
    return amount_words(limit[0], Unit(limit[1])) if limit else ""


def amount_words(amount: float, unit: Unit) -> str:
    """So much of a unit, such as "2.5 working hours"."""
    many = 1 if amount == 1 else 2
    words = {
        Unit.WORKING_MINUTE: ngettext("%(n)s working minute", "%(n)s working minutes", many),
        Unit.WORKING_HOUR: ngettext("%(n)s working hour", "%(n)s working hours", many),
        Unit.WORKING_DAY: ngettext("%(n)s working day", "%(n)s working days", many),
        Unit.CONTINUOUS_MINUTE: ngettext("%(n)s minute", "%(n)s minutes", many),
        Unit.CONTINUOUS_HOUR: ngettext("%(n)s hour", "%(n)s hours", many),
        Unit.CONTINUOUS_DAY: ngettext("%(n)s day", "%(n)s days", many),
    }
    return words[unit] % {"n": f"{amount:g}"}


_BY_SIZE = (
    (Unit.WORKING_DAY, Unit.CONTINUOUS_DAY),
    (Unit.WORKING_HOUR, Unit.CONTINUOUS_HOUR),
    (Unit.WORKING_MINUTE, Unit.CONTINUOUS_MINUTE),
)


def span_words(seconds: float, calendar: Calendar | None) -> str:
    """So many seconds, working ones of a calendar or continuous, in the largest unit that fits.

    Cut and not rounded, to a tenth: nobody is promised a minute that is not left.
    """
    sizes = (calendar.standard_day if calendar else 86_400, 3600, 60)
    for size, (working, continuous) in zip(sizes, _BY_SIZE, strict=True):
        if seconds >= size:
            tenths = int(seconds * 10 // size)
            amount = tenths // 10 if size == 60 else tenths / 10
            return amount_words(amount, working if calendar else continuous)
    return gettext("less than a minute")


def special_words(kind: str, name: str) -> str:
    """What makes a day special."""
    word = str(_SPECIAL.get(kind, kind))
    return f"{word}: {name}" if name else word


def moment_of(text: object) -> str:
    """A moment as events keep it, to the second, in Asia/Shanghai; "" for none."""
    found = parse_datetime(str(text)) if text else None
    return f"{localtime(found):%Y-%m-%d %H:%M:%S}" if found else ""
