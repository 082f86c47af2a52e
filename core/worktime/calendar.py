"""A calendar as it is reckoned with: shifts, special days, and for every year the sums of working time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Conflict

ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
_EPOCH = datetime(1970, 1, 1, tzinfo=ZONE).astimezone(UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MINUTE = 60_000_000
SECOND = 1_000_000
MONDAY = 1

Span = tuple[int, int]  # from and to in microseconds since the day's midnight


class NoWorkingTime(Conflict):
    """A calendar has no working time there, so no deadline can be reckoned by it."""

    code = "no_working_time"

    def __init__(self) -> None:
        super().__init__(_("The calendar has no working time then. An administrator has to give it shifts."))


class Kind(StrEnum):
    """What sets a special day apart."""

    HOLIDAY = "holiday"
    WORKING = "working"


@dataclass(frozen=True, slots=True)
class Shift:
    """Working hours on some weekdays (1 is Monday); ``start`` and ``end`` are minutes since midnight."""

    weekdays: frozenset[int]
    start: int
    end: int
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date, weekday: int) -> bool:
        """Whether it is worked on a day that counts as this weekday."""
        return (
            weekday in self.weekdays
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day off, or one worked with the shifts of the weekday it is ``like``."""

    date: date
    kind: Kind
    name: str = ""
    like: int = MONDAY


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a calendar: its shifts as moments, and what makes it special."""

    date: date
    shifts: tuple[tuple[datetime, datetime], ...]
    special: SpecialDay | None = None

    @property
    def seconds(self) -> int:
        """The working time of the day."""
        return int(sum((end - start).total_seconds() for start, end in self.shifts))


@dataclass(frozen=True, slots=True)
class Year:
    """One year's working time in microseconds: what lies before each day, and the spans of each day."""

    number: int
    first: int  # the ordinal of 1 January
    before: list[int]  # one more than there are days; the last is the year's sum
    spans: list[tuple[Span, ...]]

    @property
    def total(self) -> int:
        """The working time of the whole year, in microseconds."""
        return self.before[-1]

    @property
    def seconds(self) -> int:
        """The working time of the whole year."""
        return self.total // SECOND

    @property
    def days(self) -> int:
        """On how many days there is work."""
        return sum(1 for day in self.spans if day)


@dataclass(frozen=True)
class Calendar:
    """Shifts and special days. Equal content makes equal calendars; years are summed up when first asked for.

    ``standard_day`` is one working day in seconds. ``published_until`` is the last year whose holidays are
    known; None where nothing has to be published.
    """

    shifts: tuple[Shift, ...]
    days: tuple[SpecialDay, ...]
    standard_day: int
    published_until: int | None = None
    _special: dict[date, SpecialDay] = field(default_factory=dict, init=False, repr=False, compare=False)
    _years: dict[int, Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._special.update((day.date, day) for day in self.days)

    @classmethod
    def of(
        cls,
        shifts: Iterable[Mapping[str, Any]],
        days: Iterable[Mapping[str, Any]],
        standard_day_minutes: int,
        published_until: int | None,
    ) -> "Calendar":
        """Build one from the content of a ``CalendarVersion``, which was checked when it was written."""
        return cls(
            shifts=tuple(_shift(row) for row in shifts),
            days=tuple(_special_day(row) for row in days),
            standard_day=standard_day_minutes * 60,
            published_until=published_until,
        )

    def year(self, number: int) -> Year:
        """A year's sums, added up once in this process; NoWorkingTime beyond the years there are."""
        found = self._years.get(number)
        if found is None:
            if not date.min.year < number < date.max.year:
                raise NoWorkingTime
            found = self._years[number] = self._summed(number)
        return found

    def day(self, day: date) -> Day:
        """One day: its shifts and what makes it special."""
        shifts = tuple((moment(day.toordinal(), a), moment(day.toordinal(), b)) for a, b in self._spans(day))
        return Day(day, shifts, self._special.get(day))

    def _summed(self, number: int) -> Year:
        first, after = date(number, 1, 1).toordinal(), date(number + 1, 1, 1).toordinal()
        spans = [self._spans(date.fromordinal(ordinal)) for ordinal in range(first, after)]
        before, total = [0], 0
        for day in spans:
            total += sum(end - start for start, end in day)
            before.append(total)
        return Year(number, first, before, spans)

    def _spans(self, day: date) -> tuple[Span, ...]:
        special, weekday = self._special.get(day), day.isoweekday()
        if special is not None:
            if special.kind == Kind.HOLIDAY:
                return ()
            weekday = special.like
        worked = (shift for shift in self.shifts if shift.holds_on(day, weekday))
        return tuple(sorted((shift.start * _MINUTE, shift.end * _MINUTE) for shift in worked))


def moment(ordinal: int, micros: int) -> datetime:
    """The moment in UTC so many microseconds after a local day's midnight."""
    return _EPOCH + timedelta(days=ordinal - _EPOCH_DAY, microseconds=micros)


def minutes_of(text: str) -> int:
    """The minutes since midnight of "09:00"; "24:00" is the day's end."""
    hour, _colon, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


def _shift(row: Mapping[str, Any]) -> Shift:
    return Shift(
        weekdays=frozenset(row["weekdays"]),
        start=minutes_of(row["from"]),
        end=minutes_of(row["to"]),
        valid_from=_date(row.get("valid_from")),
        valid_to=_date(row.get("valid_to")),
    )


def _special_day(row: Mapping[str, Any]) -> SpecialDay:
    return SpecialDay(
        date=date.fromisoformat(row["date"]),
        kind=Kind(row["kind"]),
        name=row.get("name") or "",
        like=row.get("like") or MONDAY,
    )


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
