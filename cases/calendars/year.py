"""A year of a calendar as people see it: twelve months of days, each with what sets it apart."""

from calendar import Calendar as Pages
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cases.calendars.spans import Span, Special, special_spans
from cases.calendars.words import holiday_name
from core.worktime import Calendar, Content

FIRST, LAST = 1992, 2100


@dataclass(frozen=True, slots=True)
class Cell:
    """A day: ``kind`` is "plain", "off", "holiday" or "working"."""

    date: date
    kind: str
    name: str
    today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """Weeks of seven days from Monday, None outside the month."""

    first: date
    weeks: Sequence[Sequence[Cell | None]]


@dataclass(frozen=True, slots=True)
class YearPage:
    """A year with its special days as spans; ``published`` whether its holidays are known."""

    number: int
    months: Sequence[Month]
    spans: Sequence[Span[Special]]
    published: bool
    days: int
    seconds: int
    before: int | None
    after: int | None


def year_page(content: Content, number: int, *, today: date) -> YearPage:
    """The page of a year from 1992 to 2100."""
    calendar = content.calendar
    sums = calendar.year(number)
    until = content.published_until
    return YearPage(
        number=number,
        months=[_month(calendar, number, month, today) for month in range(1, 13)],
        spans=special_spans(days_in(content, number)),
        published=until is None or number <= until,
        days=sums.days,
        seconds=sums.seconds,
        before=number - 1 if number > FIRST else None,
        after=number + 1 if number < LAST else None,
    )


def days_in(content: Content, number: int) -> list[dict[str, object]]:
    """The special days of a year, as a version keeps them."""
    return [row for row in content.days if row["date"].startswith(f"{number:04}-")]


def _month(calendar: Calendar, year: int, month: int, today: date) -> Month:
    weeks = Pages().monthdatescalendar(year, month)
    cells = [[_cell(calendar, day, today) if day.month == month else None for day in week] for week in weeks]
    return Month(date(year, month, 1), cells)


def _cell(calendar: Calendar, day: date, today: date) -> Cell:
    found = calendar.day(day)
    kind = found.special.kind if found.special else "plain" if found.shifts else "off"
    return Cell(day, str(kind), holiday_name(found.special.name) if found.special else "", day == today)
