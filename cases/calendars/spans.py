"""Special days drawn together: days one after another that are alike are one span."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from cases.calendars.words import day_words, span_words

About = TypeVar("About", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Special:
    """What a special day is, without its date."""

    kind: str
    name: str
    like: int | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Special":
        """From a row of a version's days."""
        return cls(row["kind"], row["name"], row["like"])

    @property
    def words(self) -> str:
        """ "Day off · National Day"."""
        return day_words(self.kind, self.name, self.like)


@dataclass(frozen=True, slots=True)
class Span(Generic[About]):
    """Days from ``first`` to ``last`` that are all alike."""

    first: date
    last: date
    about: About

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def words(self) -> str:
        """ "2026-10-01 – 10-07"."""
        return span_words(self.first, self.last)


def spans_of(days: Iterable[tuple[date, About]]) -> list[Span[About]]:
    """Days in order, drawn together."""
    found: list[Span[About]] = []
    for day, about in days:
        before = found[-1] if found else None
        if before and before.about == about and (day - before.last).days == 1:
            found[-1] = Span(before.first, day, about)
        else:
            found.append(Span(day, day, about))
    return found


def special_spans(days: Iterable[Mapping[str, Any]]) -> list[Span[Special]]:
    """The special days of a version's content as spans."""
    return spans_of((date.fromisoformat(row["date"]), Special.of(row)) for row in days)
