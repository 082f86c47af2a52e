"""How a deadline came about: every turn of the clock as the history has it, and the reckoning of what
runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from cases import deadlines as rule
from cases.ladders import DeadlineSeen, deadline_seen
from cases.limits import Rules, clock_of, rules_now
from cases.models import Case, CaseEvent
from cases.selectors import events_of
from cases.services.clocks import subject_of
from cases.wording_late import (
    beside_words,
    calendar_words,
    clock_words,
    limit_words,
    rung_words,
    span_exactly,
    special_words,
)
from cases.workflow import Action, Stage
from core.models import CalendarVersion, Timer
from core.services.timers import timers_armed
from core.worktime import Stretch, stretches

_MOST_STRETCHES = 60


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
class Days:
    """Days one after another that counted alike: the hours of each that counted, how many seconds in all of
    them and up to their end, and what is special about them."""

    first: date
    last: date
    hours: tuple[str, ...]
    seconds: int
    sum: int
    special: str

    @property
    def several(self) -> bool:
        """Whether it is more than one day."""
        return self.first != self.last

    @property
    def counted(self) -> str:
        """What counted, in hours and minutes."""
        return span_exactly(self.seconds)

    @property
    def so_far(self) -> str:
        """What counted up to here."""
        return span_exactly(self.sum)


@dataclass(frozen=True, slots=True)
class Beside:
    """What else is to come due on the case, in words."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """``turns`` from the beginning of the case; ``days`` from where the clock last began to its deadline, at
    most sixty lines of them; ``spent`` and ``total`` in hours and minutes, ``calendar`` by which they are
    reckoned ("" for day and night)."""

    seen: DeadlineSeen
    since: datetime | None
    spent: str
    total: str
    limit: str
    calendar: str
    day: str
    turns: tuple[Turn, ...]
    days: tuple[Days, ...]
    more: int
    beside: tuple[Beside, ...]


def explain(case: Case, events: Sequence[CaseEvent], rules: Rules, now: datetime) -> Explanation:
    """Explain the deadlines of a case from its events, oldest first. Two queries: for the names of calendars
    and for what is armed."""
    names, timers = _calendars(case, events), timers_armed(subject_of(case.pk))
    armed = [timer for timer in timers if timer.state == Timer.State.ARMED]
    rungs = {timer.level: timer.due_at for timer in armed if timer.rule == rule.STAGE}
    turns = tuple(turn for event in events if (turn := _turn(event, names)) is not None)
    clock, found = clock_of(case), _days(case)
    return Explanation(
        seen=deadline_seen(case, events, rules, now, rungs),
        since=clock.since if clock else None,
        spent=span_exactly(case.clock_spent),
        total=span_exactly(case.clock_total),
        limit=next((turn.limit for turn in reversed(turns) if turn.limit), ""),
        calendar=names.get(case.clock_calendar_id or 0, ""),
        day=span_exactly(clock.calendar.standard_day) if clock and clock.calendar else "",
        turns=turns,
        days=tuple(found[:_MOST_STRETCHES]),
        more=max(0, len(found) - _MOST_STRETCHES),
        beside=tuple(Beside(t.due_at, beside_words(t.rule)) for t in armed if t.rule != rule.STAGE),
    )


def explained(case: Case, now: datetime) -> Explanation:
    """The same for a case the caller may see, with its events read."""
    return explain(case, list(events_of(case)), rules_now(), now)


def _calendars(case: Case, events: Sequence[CaseEvent]) -> dict[int, str]:
    used = {found for event in events if (found := _clock(event).get("calendar"))}
    used |= {case.clock_calendar_id} - {None}
    rows = CalendarVersion.objects.filter(pk__in=used).select_related("calendar") if used else ()
    return {row.pk: calendar_words(row.calendar.name, row.calendar.name_en, row.number) for row in rows}


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


def _days(case: Case) -> list[Days]:
    clock = clock_of(case)
    if clock is None or clock.calendar is None:
        return []
    return list(_summed(stretches(clock.since, clock.due, clock.calendar), case.clock_spent))


def _summed(found: Sequence[Stretch], spent: int) -> Iterator[Days]:
    for one in found:
        spent += one.seconds
        hours = tuple(f"{begin}–{end}" for begin, end in one.hours)
        special = special_words(one.kind.value, one.name) if one.kind else ""
        yield Days(one.first, one.last, hours, one.seconds, spent, special)
