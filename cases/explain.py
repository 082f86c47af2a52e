"""How a deadline came about: every turn of the clock as the history has it, and the reckoning of what
runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from cases.limits import clock_of
from cases.models import Case, CaseEvent
from cases.wording_late import clock_words, limit_words, rung_words, special_words
from cases.workflow import Action, Stage
from core.models import CalendarVersion
from core.worktime import counted_days, unpublished

_MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that happened to the clock: when, in which stage, in words; the limit, the seconds spent
    and in all, the calendar it runs by ("" for day and night) and the deadline that followed, where they
    changed."""

    at: datetime
    stage: str
    what: str
    limit: str = ""
    spent: int = 0
    total: int = 0
    calendar: str = ""
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A day of the reckoning: its shifts that count, the seconds in them, what is special about it."""

    day: str
    shifts: tuple[tuple[datetime, datetime], ...]
    seconds: int
    special: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """``turns`` from the beginning of the case; ``spans`` from where the clock last began to its deadline,
    at most sixty days of them; ``unpublished`` says that the deadline lies in a year whose holidays are not
    known."""

    turns: tuple[Turn, ...]
    spans: tuple[Span, ...]
    more_days: int
    unpublished: bool


def explain(case: Case, events: Sequence[CaseEvent]) -> Explanation:
    """Explain the deadlines of a case from its events, oldest first. One query for the calendars' names."""
    names = _calendars(events)
    turns = tuple(turn for event in events if (turn := _turn(event, names)) is not None)
    spans = list(_spans(case))
    clock = clock_of(case)
    dark = bool(clock and clock.calendar and unpublished(clock.since, clock.due, clock.calendar))
    return Explanation(turns, tuple(spans[:_MOST_DAYS]), max(0, len(spans) - _MOST_DAYS), dark)


def _calendars(events: Sequence[CaseEvent]) -> dict[int, str]:
    used = {found for event in events if (found := _clock(event).get("calendar"))}
    rows = CalendarVersion.objects.filter(pk__in=used).select_related("calendar") if used else ()
    return {row.pk: f"{row.calendar} {row.number}" for row in rows}


def _clock(event: CaseEvent) -> dict[str, Any]:
    found = event.data.get("clock")
    return found if isinstance(found, dict) else {}


def _turn(event: CaseEvent, names: dict[int, str]) -> Turn | None:
    if event.action == Action.ESCALATE:
        return Turn(event.at, _stage(event), rung_words(event.data), due=_moment(event.data.get("due")))
    clock = _clock(event)
    if not clock:
        return None
    return Turn(
        event.at,
        _stage(event),
        clock_words(str(clock.get("how", ""))),
        limit_words(clock.get("limit")),
        int(clock.get("spent") or 0),
        int(clock.get("total") or 0),
        names.get(clock.get("calendar") or 0, ""),
        _moment(clock.get("due")),
    )


def _stage(event: CaseEvent) -> str:
    return str(Stage(event.to_stage).label)


def _moment(text: object) -> datetime | None:
    return parse_datetime(str(text)) if text else None


def _spans(case: Case) -> Iterator[Span]:
    clock = clock_of(case)
    if clock is None or clock.calendar is None:
        return
    for day in counted_days(clock.since, clock.due, clock.calendar):
        if day.seconds or day.special:
            special = special_words(day.special.kind, day.special.name) if day.special else ""
            yield Span(f"{day.date:%Y-%m-%d}", day.shifts, day.seconds, special)
