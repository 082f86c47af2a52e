"""What a calendar says, in words."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.errors import Sentence
from core.worktime import Kind, Unit

SHORT: tuple[Sentence, ...] = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
UNITS: dict[str, Sentence] = {
    Unit.WORKING_HOUR: _("working hours"),
    Unit.WORKING_DAY: _("working days"),
    Unit.WORKING_MINUTE: _("working minutes"),
    Unit.CONTINUOUS_HOUR: _("continuous hours"),
    Unit.CONTINUOUS_DAY: _("continuous days"),
    Unit.CONTINUOUS_MINUTE: _("continuous minutes"),
}
KINDS: dict[str, Sentence] = {
    Kind.HOLIDAY: pgettext_lazy("kind of day", "Day off"),
    Kind.WORKING: pgettext_lazy("kind of day", "Make-up working day"),
}
# The holidays every plan has; others keep the name they were given.
_HOLIDAYS: dict[str, Sentence] = {
    "元旦": _("New Year's Day"),
    "春节": _("Spring Festival"),
    "清明": _("Tomb-sweeping Day"),
    "清明节": _("Tomb-sweeping Day"),
    "劳动节": _("Labour Day"),
    "端午": _("Dragon Boat Festival"),
    "端午节": _("Dragon Boat Festival"),
    "国庆节": _("National Day"),
    "中秋": _("Mid-Autumn Festival"),
    "中秋节": _("Mid-Autumn Festival"),
}


def weekday_words(weekdays: Sequence[int]) -> str:
    """Weekdays as people say them: "Mon–Fri", "Sat, Sun", "every day"."""
    if len(weekdays) == len(SHORT):
        return str(_("every day"))
    parts = [
        _("%(first)s–%(last)s") % {"first": SHORT[run[0] - 1], "last": SHORT[run[-1] - 1]}
        if len(run) > 2
        else _(", ").join(str(SHORT[day - 1]) for day in run)
        for run in _runs(weekdays)
    ]
    return _(", ").join(parts)


def _runs(weekdays: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for day in sorted(weekdays):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def shift_words(shift: Mapping[str, Any]) -> str:
    """A shift in words: "Mon–Fri 09:00–12:30", with its first and last day if it has any."""
    words = f"{weekday_words(shift['weekdays'])} {shift['from']}–{shift['to']}"
    if first := shift["valid_from"]:
        words += _(", from %(day)s") % {"day": first}
    if last := shift["valid_to"]:
        words += _(", until %(day)s") % {"day": last}
    return words


def time_words(seconds: float) -> str:
    """Working time in words: "7 h 30 min", "8 h", "15 min"."""
    hours, minutes = divmod(round(seconds / 60), 60)
    if not minutes:
        return _("%(hours)d h") % {"hours": hours}
    if not hours:
        return _("%(minutes)d min") % {"minutes": minutes}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}


def hours_words(hours: Sequence[tuple[str, str]]) -> str:
    """The hours of a day: "09:00–12:30, 14:00–18:00"; "" when there are none."""
    return _(", ").join(f"{start}–{end}" for start, end in hours)


def holiday_name(name: str) -> str:
    """The name of a special day in the reader's language, as far as it has one."""
    return str(_HOLIDAYS.get(name, name))


def day_words(kind: str, name: str = "", like: int | None = None) -> str:
    """What a special day is: "Day off · National Day", "Make-up working day like Wed"."""
    words = str(KINDS[kind])
    if like and like != 1:
        words = _("%(kind)s like %(weekday)s") % {"kind": words, "weekday": SHORT[like - 1]}
    return f"{words} · {holiday_name(name)}" if name else words


def span_words(first: date, last: date) -> str:
    """Days: "2026-10-01", "2026-10-01 – 10-07", "2026-12-30 – 2027-01-02"."""
    if first == last:
        return first.isoformat()
    end = last.strftime("%m-%d") if first.year == last.year else last.isoformat()
    return f"{first.isoformat()} – {end}"
