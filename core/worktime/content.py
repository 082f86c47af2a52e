"""What somebody wrote as a calendar: checked, and put into the one form it is kept in."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import BadInput, Sentence
from core.worktime.calendar import MONDAY, Calendar, Kind, minutes_of

WEEKDAYS: tuple[Sentence, ...] = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip
MOST_SHIFTS = 60
MOST_DAYS = 4000
LONGEST_NAME = 60
FIRST_YEAR, LAST_YEAR = 1992, 2100
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True)
class Content:
    """What a version of a calendar says, in the one form of ``CalendarVersion`` that it is kept in."""

    shifts: list[dict[str, Any]]
    days: list[dict[str, Any]]
    standard_day_minutes: int
    published_until: int | None

    @property
    def calendar(self) -> Calendar:
        """The calendar to reckon with."""
        return Calendar.of(self.shifts, self.days, self.standard_day_minutes, self.published_until)

    @property
    def columns(self) -> dict[str, Any]:
        """The four as columns of a ``CalendarVersion``."""
        return dict(vars(self))


def checked(shifts: Any, days: Any, standard_day_minutes: Any, published_until: Any) -> Content:
    """The content of a version, from whatever was sent; its form is told in ``CalendarVersion``.

    Raises:
        BadInput: it is malformed, contradicts itself, or leaves weeks without working time for good;
            ``field`` is the argument at fault.
    """
    kept = [_shift(number, row) for number, row in enumerate(_rows(shifts, "shifts", MOST_SHIFTS), 1)]
    kept.sort(key=_order)
    _check_apart(kept)
    if not any(row["valid_to"] is None for row in kept):
        raise BadInput(
            _("Give at least one shift without a last day, or deadlines after it never end."), field="shifts"
        )
    special = sorted((_day(row) for row in _rows(days, "days", MOST_DAYS)), key=lambda row: str(row["date"]))
    _check_once(special)
    content = Content(kept, special, _minutes(standard_day_minutes), _year(published_until))
    _check_worked(content)
    return content


def _rows(value: Any, field: str, most: int) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise BadInput(_("This has to be a list."), field=field)
    if len(value) > most:
        raise BadInput(_("These are more than %(most)d.") % {"most": most}, field=field)
    return value


def _shift(number: int, row: Any) -> dict[str, Any]:
    if not isinstance(row, Mapping):
        raise _bad_shift(number, _("it has to say weekdays, from and to."))
    weekdays = _weekdays(number, row.get("weekdays"))
    start, end = _clock(number, row.get("from")), _clock(number, row.get("to"))
    if minutes_of(start) >= minutes_of(end):
        raise _bad_shift(number, _("its end has to lie after its beginning. Split one that passes midnight."))
    valid_from, valid_to = (_valid(number, row.get(name)) for name in ("valid_from", "valid_to"))
    if valid_from and valid_to and valid_to < valid_from:
        raise _bad_shift(number, _("its last day lies before its first."))
    return {"weekdays": weekdays, "from": start, "to": end, "valid_from": valid_from, "valid_to": valid_to}


def _bad_shift(number: int, fault: Sentence) -> BadInput:
    return BadInput(_("Shift %(number)d: %(fault)s") % {"number": number, "fault": fault}, field="shifts")


def _weekdays(number: int, value: Any) -> list[int]:
    if not isinstance(value, list | tuple) or not value or not all(_is_weekday(day) for day in value):
        raise _bad_shift(number, _("name its weekdays, 1 for Monday to 7 for Sunday."))
    return sorted(set(value))


def _is_weekday(value: Any) -> bool:
    return type(value) is int and 1 <= value <= 7


def _clock(number: int, value: Any) -> str:
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise _bad_shift(number, _("times are written 09:00, from 00:00 to 24:00."))
    return value


def _valid(number: int, value: Any) -> str | None:
    if value in (None, ""):
        return None
    if not _is_date(value):
        raise _bad_shift(number, _("its first and last day are written 2026-01-31."))
    return str(value)


def _is_date(value: Any) -> bool:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return False
    try:
        return FIRST_YEAR <= date.fromisoformat(value).year <= LAST_YEAR
    except ValueError:
        return False


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["valid_from"] or "", row["valid_to"] or "9", row["weekdays"], row["from"]


def _check_apart(shifts: Sequence[Mapping[str, Any]]) -> None:
    for one, other in combinations(shifts, 2):
        shared = set(one["weekdays"]) & set(other["weekdays"])
        if shared and _meet(one, other, "from", "to") and _valid_together(one, other):
            words = {
                "day": WEEKDAYS[min(shared) - 1],
                "one": f"{one['from']}–{one['to']}",
                "other": f"{other['from']}–{other['to']}",
            }
            raise BadInput(_("%(day)s: the shifts %(one)s and %(other)s overlap.") % words, field="shifts")


def _meet(one: Mapping[str, Any], other: Mapping[str, Any], start: str, end: str) -> bool:
    return bool(one[start] < other[end] and other[start] < one[end])


def _valid_together(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    begins = max(one["valid_from"] or "", other["valid_from"] or "")
    return begins <= min(one["valid_to"] or "9", other["valid_to"] or "9")


def _day(row: Any) -> dict[str, Any]:
    if not isinstance(row, Mapping) or not _is_date(row.get("date")):
        raise BadInput(
            _("Every special day needs its date, written 2026-10-01, from 1992 to 2100."), field="days"
        )
    kind, like = row.get("kind"), row.get("like")
    if kind not in list(Kind):
        raise _bad_day(row, _("it is either holiday or working."))
    if like is not None and not _is_weekday(like):
        raise _bad_day(row, _("it works like a weekday, 1 for Monday to 7 for Sunday."))
    name = row.get("name") or ""
    if not isinstance(name, str) or len(name) > LONGEST_NAME or "\x00" in name:
        raise _bad_day(row, _("its name has at most 60 characters."))
    worked = kind == Kind.WORKING
    like = (like or MONDAY) if worked else None
    return {"date": row["date"], "kind": str(kind), "name": name.strip(), "like": like}


def _bad_day(row: Mapping[str, Any], fault: Sentence) -> BadInput:
    return BadInput(_("%(date)s: %(fault)s") % {"date": row["date"], "fault": fault}, field="days")


def _check_once(days: Sequence[Mapping[str, Any]]) -> None:
    for row, following in pairwise(days):
        if row["date"] == following["date"]:
            raise _bad_day(row, _("the day stands there twice."))


def _minutes(value: Any) -> int:
    if type(value) is not int or not 60 <= value <= 1440:
        raise BadInput(_("A standard working day has between 1 and 24 hours."), field="standard_day_minutes")
    return value


def _year(value: Any) -> int | None:
    if value is not None and (type(value) is not int or not FIRST_YEAR <= value <= LAST_YEAR):
        raise BadInput(
            _("The last published year is a year from 1992 to 2100, or nothing."), field="published_until"
        )
    return value


def _check_worked(content: Content) -> None:
    """Refuse a working day that is like a weekday on which nobody works."""
    for row in _idle(content):
        raise _bad_day(row, _("the weekday it is to be like has no shifts then."))


def _idle(content: Content) -> Iterator[Mapping[str, Any]]:
    calendar = content.calendar
    for row in content.days:
        if row["kind"] == Kind.WORKING and not calendar.day(date.fromisoformat(row["date"])).shifts:
            yield row
