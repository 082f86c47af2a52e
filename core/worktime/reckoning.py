"""Adding working time and measuring it, by bisection in a year's sums."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from core.worktime.calendar import SECOND, ZONE, Calendar, Day, NoWorkingTime, Year, moment
from core.worktime.units import Unit, seconds_of

_TICK = timedelta(microseconds=1)
# So many years without a minute of work and there is none.
_BARREN = 12

Place = tuple[Year, int, int]  # a year, the day in it from 0, microseconds since that midnight


def add(start: datetime, amount: float, unit: Unit | str, calendar: Calendar) -> datetime:
    """The moment a limit that begins at ``start`` ends; see ``add_seconds``."""
    by = calendar if Unit(unit).is_working else None
    return add_seconds(start, seconds_of(amount, unit, calendar), by)


def add_seconds(start: datetime, seconds: float, calendar: Calendar | None) -> datetime:
    """The first moment by which so much working time has passed since ``start``; continuous when None.

    So what ends with a shift ends there, not when the next one begins. Nothing to add is ``start`` itself.
    Less than nothing leads back, again to the first moment from which so much is left until ``start``.

    Raises:
        NoWorkingTime: the calendar has too little.
    """
    _check_aware(start)
    if calendar is None or not seconds:
        return start.astimezone(UTC) + timedelta(seconds=seconds)
    place = _place(start, calendar)
    return _reached(place[0], _worked(place) + round(seconds * SECOND), calendar)


def between(start: datetime, end: datetime, calendar: Calendar) -> float:
    """The working seconds from one moment to another; see ``seconds_between``."""
    return seconds_between(start, end, calendar)


def seconds_between(start: datetime, end: datetime, calendar: Calendar | None) -> float:
    """The working seconds from ``start`` to ``end``, all of them when None; negative when it lies before."""
    _check_aware(start, end)
    if calendar is None:
        return (end - start).total_seconds()
    first, last = _place(start, calendar), _place(end, calendar)
    early, late = sorted((first[0].number, last[0].number))
    whole = sum(calendar.year(number).total for number in range(early, late))
    passed = whole if first[0].number <= last[0].number else -whole
    return (passed + _worked(last) - _worked(first)) / SECOND


def next_working(start: datetime, calendar: Calendar) -> datetime:
    """``start`` itself inside a shift, else the beginning of the next.

    Raises:
        NoWorkingTime: there is none any more.
    """
    if is_working(start, calendar):
        return start.astimezone(UTC)
    # The first tick of work ends one tick after the shift begins.
    place = _place(start, calendar)
    return _reached(place[0], _worked(place) + 1, calendar) - _TICK


def is_working(at: datetime, calendar: Calendar) -> bool:
    """Whether a moment lies inside a shift; its end does not."""
    _check_aware(at)
    year, day, micros = _place(at, calendar)
    return any(begin <= micros < end for begin, end in year.spans[day])


def unpublished(start: datetime, end: datetime, calendar: Calendar) -> bool:
    """Whether some of the time between lies in a year whose holidays nobody has published yet."""
    _check_aware(start, end)
    if calendar.published_until is None:
        return False
    early, late = sorted((start, end))
    # What ends at midnight on New Year's Eve has nothing of the new year.
    last = late - _TICK if late > early else late
    return last.astimezone(ZONE).year > calendar.published_until


def counted_days(start: datetime, end: datetime, calendar: Calendar) -> Iterator[Day]:
    """Every day from ``start`` to ``end``, with those parts of its shifts that lie between."""
    _check_aware(start, end)
    last = max(start, end - _TICK).astimezone(ZONE).date()
    for ordinal in range(start.astimezone(ZONE).date().toordinal(), last.toordinal() + 1):
        day = calendar.day(date.fromordinal(ordinal))
        cut = ((max(begin, start), min(until, end)) for begin, until in day.shifts)
        shifts = tuple((b.astimezone(UTC), u.astimezone(UTC)) for b, u in cut if b < u)
        yield Day(day.date, shifts, day.special)


def _check_aware(*moments: datetime) -> None:
    if any(at.tzinfo is None for at in moments):
        raise ValueError("A moment needs its time zone.")


def _place(at: datetime, calendar: Calendar) -> Place:
    local = at.astimezone(ZONE)
    year = calendar.year(local.year)
    seconds = (local.hour * 60 + local.minute) * 60 + local.second
    return year, local.toordinal() - year.first, seconds * SECOND + local.microsecond


def _worked(place: Place) -> int:
    """The working microseconds from the year's beginning to a place in it."""
    year, day, micros = place
    done = year.before[day]
    for begin, end in year.spans[day]:
        if micros <= begin:
            break
        done += min(micros, end) - begin
    return done


def _reached(year: Year, target: int, calendar: Calendar) -> datetime:
    """The first moment by which ``target`` microseconds of work are done, counted from a year's beginning."""
    year, target = _year_of(year, target, calendar)
    day = bisect_left(year.before, target) - 1
    rest = target - year.before[day]
    for begin, end in year.spans[day]:
        if rest <= end - begin:
            return moment(year.first + day, begin + rest)
        rest -= end - begin
    raise AssertionError("The sums of a year contradict its days.")  # pragma: no cover


def _year_of(year: Year, target: int, calendar: Calendar) -> tuple[Year, int]:
    """The year in which so much is done, and what is to be done in it."""
    barren = 0
    while target > year.total:
        target -= year.total
        barren = barren + 1 if not year.total else 0
        year = _fertile(calendar, year.number + 1, barren)
    while target <= 0:
        year = _fertile(calendar, year.number - 1, barren)
        target += year.total
        barren = barren + 1 if not year.total else 0
    return year, target


def _fertile(calendar: Calendar, number: int, barren: int) -> Year:
    if barren > _BARREN:
        raise NoWorkingTime
    return calendar.year(number)
