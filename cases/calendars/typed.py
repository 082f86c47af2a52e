"""From what was typed into the forms of a calendar to what ``calendar_preview`` takes, and back to rows."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.errors import BadInput
from core.worktime import Content

# Empty rows below those there are.
SPARE_SHIFTS, SPARE_DAYS = 2, 4
MOST_ROWS = 60
LONGEST_SPAN = 60
_SHIFT, _DAY = ("from", "to", "first", "last"), ("first", "last", "kind", "name", "like")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a form: its number, what stands in its fields, and the weekdays ticked."""

    index: int
    values: Mapping[str, str]
    weekdays: Sequence[int] = ()

    @property
    def number(self) -> int:
        """The row as people count it."""
        return self.index + 1

    @property
    def all_weekdays(self) -> range:
        """What can be ticked or chosen."""
        return range(1, 8)

    @property
    def blank(self) -> bool:
        """Whether nothing was typed; the kind of a day is always chosen."""
        return not self.weekdays and not any(v for name, v in self.values.items() if name != "kind")


def shift_rows(content: Content, post: QueryDict | None) -> list[Row]:
    """The rows of the form of shifts: as typed, or as the calendar stands."""
    if post is not None:
        return _typed(post, _SHIFT)
    kept = [
        {
            "from": row["from"],
            "to": row["to"],
            "first": row["valid_from"] or "",
            "last": row["valid_to"] or "",
        }
        for row in content.shifts
    ]
    rows = [Row(n, values, content.shifts[n]["weekdays"]) for n, values in enumerate(kept)]
    return rows + _spare(len(rows), SPARE_SHIFTS)


def day_rows(post: QueryDict | None) -> list[Row]:
    """The rows in which days are added: as typed, or empty ones."""
    return _typed(post, _DAY) if post is not None else _spare(0, SPARE_DAYS)


def hours_typed(post: QueryDict) -> dict[str, Any]:
    """The wish of the form of shifts; a row left empty is no shift."""
    shifts = [_shift(row) for row in _typed(post, _SHIFT) if not row.blank]
    return {
        "shifts": shifts,
        "standard_day_minutes": _minutes(_plain(post.get("standard_day", ""))),
        "published_until": _number(_plain(post.get("published_until", ""))),
    }


def days_typed(post: QueryDict, content: Content) -> dict[str, Any]:
    """The wish of the form of special days: those ticked go, those typed are added or take a day's place.

    Raises:
        BadInput: a row has no days, or its last lies before its first or too far after it.
    """
    gone = set(post.getlist("gone"))
    days = {row["date"]: row for row in content.days if row["date"] not in gone}
    for row in _typed(post, _DAY):
        if not row.blank:
            days |= {day["date"]: day for day in _days(row)}
    return {"days": list(days.values())}


def _typed(post: QueryDict, names: Sequence[str]) -> list[Row]:
    count = _number(post.get("rows", "")) or 0
    return [
        Row(n, {name: _plain(post.get(f"{name}-{n}", "")) for name in names}, _weekdays(post, n))
        for n in range(min(count, MOST_ROWS) if isinstance(count, int) else 0)
    ]


def _spare(begun: int, count: int) -> list[Row]:
    return [Row(begun + n, {}) for n in range(count)]


def _weekdays(post: QueryDict, n: int) -> list[int]:
    return [int(day) for day in post.getlist(f"weekdays-{n}") if day in "1234567" and len(day) == 1]


def _plain(text: str) -> str:
    """Full-width figures and colons are typed as often as plain ones."""
    return unicodedata.normalize("NFKC", text).strip()


def _shift(row: Row) -> dict[str, Any]:
    return {
        "weekdays": list(row.weekdays),
        "from": _clock(row.values["from"]),
        "to": _clock(row.values["to"]),
        "valid_from": row.values["first"] or None,
        "valid_to": row.values["last"] or None,
    }


def _clock(text: str) -> str:
    return f"0{text}" if text[1:2] == ":" else text


def _minutes(text: str) -> int | str:
    """Minutes of "7:30" or "8"; what can't be understood stays as it is, and is refused below."""
    hours, _colon, minutes = text.partition(":")
    if not all(part.isascii() and part.isdigit() and len(part) < 4 for part in (hours, minutes or "0")):
        return text
    return int(hours) * 60 + int(minutes or "0")


def _number(text: str) -> int | str | None:
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text


def _days(row: Row) -> list[dict[str, Any]]:
    first = _date(row.values["first"])
    last = _date(row.values["last"]) if row.values["last"] else first
    if last < first or (last - first).days >= LONGEST_SPAN:
        raise BadInput(
            _("%(first)s to %(last)s: days are added from the first to the last, at most 60.")
            % {"first": first, "last": last},
            field="days",
        )
    like = _number(row.values["like"]) if row.values["kind"] == "working" else None
    about = {"kind": row.values["kind"], "name": row.values["name"], "like": like}
    return [
        {"date": (first + timedelta(days=n)).isoformat(), **about} for n in range((last - first).days + 1)
    ]


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            _("Every row of days needs its first day, written 2026-10-01."), field="days"
        ) from None
