"""How a deadline came about: the days from start to end, those that counted alike drawn together."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from core.worktime.calendar import ZONE, Calendar, Day, Kind
from core.worktime.reckoning import counted_days


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days one after another of which the same hours counted, for the same reason.

    ``hours`` are the counted times of each day, "09:00" to "12:30"; ``seconds`` all that counted in them.
    ``kind`` and ``name`` are those of a special day, None and "" for ordinary days.
    """

    first: date
    last: date
    hours: tuple[tuple[str, str], ...]
    seconds: int
    kind: Kind | None = None
    name: str = ""

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def stretches(start: datetime, end: datetime, calendar: Calendar) -> list[Stretch]:
    """The way from ``start`` to ``end``, in order; what counted adds up to ``seconds_between`` the two."""
    found: list[Stretch] = []
    for one in _single(start, end, calendar):
        before = found[-1] if found else None
        if before is not None and _alike(before, one):
            found[-1] = replace(before, last=one.last, seconds=before.seconds + one.seconds)
        else:
            found.append(one)
    return found


def _single(start: datetime, end: datetime, calendar: Calendar) -> Iterator[Stretch]:
    for day in counted_days(start, end, calendar):
        kind, name = (day.special.kind, day.special.name) if day.special else (None, "")
        yield Stretch(day.date, day.date, hours_of(day), day.seconds, kind, name)


def _alike(one: Stretch, other: Stretch) -> bool:
    return (one.hours, one.kind, one.name) == (other.hours, other.kind, other.name)


def hours_of(day: Day) -> tuple[tuple[str, str], ...]:
    """The shifts of a day as read from a clock on the wall; a day ends at 24:00."""
    return tuple((_clock(begin, day.date), _clock(end, day.date)) for begin, end in day.shifts)


def _clock(at: datetime, day: date) -> str:
    local = at.astimezone(ZONE)
    return "24:00" if local.date() > day else local.strftime("%H:%M")
