"""What tells two versions of a calendar apart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cases.calendars.spans import Span, Special, spans_of
from core.worktime import Content

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Turn:
    """What a special day was and what it becomes; None where it is none."""

    before: Special | None
    after: Special | None


@dataclass(frozen=True, slots=True)
class YearSum:
    """Working days and working seconds of a year, before and after."""

    year: int
    days_before: int
    days_after: int
    seconds_before: int
    seconds_after: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Shifts as a version keeps them; special days as spans; the years whose working time changes."""

    before: Content
    after: Content
    shifts_added: Rows
    shifts_removed: Rows
    days: Sequence[Span[Turn]]
    years: Sequence[YearSum]

    @property
    def anything(self) -> bool:
        """Whether there is any difference at all."""
        return self.before != self.after


def difference_of(before: Content, after: Content, *, today: date) -> Difference:
    """What would be different. Changed shifts are summed up for the year of ``today`` and the next."""
    added = [row for row in after.shifts if row not in before.shifts]
    removed = [row for row in before.shifts if row not in after.shifts]
    days = _turns(before.days, after.days)
    years = {day.year for span in days for day in (span.first, span.last)}
    if added or removed:
        years |= {today.year, today.year + 1}
    return Difference(before, after, added, removed, days, list(_sums(before, after, sorted(years))))


def _turns(before: Rows, after: Rows) -> list[Span[Turn]]:
    old = {row["date"]: Special.of(row) for row in before}
    new = {row["date"]: Special.of(row) for row in after}
    moved = sorted(day for day in old.keys() | new.keys() if old.get(day) != new.get(day))
    return spans_of((date.fromisoformat(day), Turn(old.get(day), new.get(day))) for day in moved)


def _sums(before: Content, after: Content, years: Sequence[int]) -> Iterable[YearSum]:
    old, new = before.calendar, after.calendar
    for number in years:
        one, other = old.year(number), new.year(number)
        if one.spans != other.spans:
            yield YearSum(number, one.days, other.days, one.seconds, other.seconds)
