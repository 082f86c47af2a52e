"""The deadline of a case as somebody reads it: its ladder with what has come and what is to come, its age."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime

from cases.deadlines import STAGE, Clock, Level, rung_moments
from cases.lamps import Standing, standing_of
from cases.limits import Rules, clock_of
from cases.models import Case, CaseEvent
from cases.wording_late import hearer_words, rung_name, span_words
from cases.workflow import OPEN, Action, Stage
from core.calendars import calendar_of
from core.worktime import Calendar, unpublished

PASSED, NEXT, COMING = "passed", "next", "coming"


@dataclass(frozen=True, slots=True)
class RungSeen:
    """One rung. ``at`` is its own moment, None while the clock rests; levels above the third of supervision
    are its repetitions. ``state`` is passed, next or coming."""

    level: int
    label: str
    percent: int
    at: datetime | None
    state: str
    hears: tuple[str, ...]
    supervision: int


@dataclass(frozen=True, slots=True)
class DeadlineSeen:
    """How a case stands: its lamp (None once it is done), the ladder of its stage, how old it is in plain
    time, and whether its deadline lies in a year whose holidays nobody has published."""

    standing: Standing | None
    ladder: tuple[RungSeen, ...]
    age: str
    age_seconds: int
    unpublished: bool


def deadline_seen(
    case: Case,
    events: Sequence[CaseEvent],
    rules: Rules,
    now: datetime,
    armed: Mapping[int, datetime] | None = None,
) -> DeadlineSeen:
    """Put it together from the case's events, oldest first. No queries for known calendars.

    ``armed`` has the moments of the rungs to come as their timers have them; without it they are reckoned.
    """
    clock = clock_of(case)
    age = round(((case.closed_at or now) - case.opened_at).total_seconds())
    dark = bool(clock and clock.calendar and unpublished(clock.since, clock.due, clock.calendar))
    ladder = tuple(_ladder(case, clock, events, rules, armed)) if Stage(case.stage) in OPEN else ()
    return DeadlineSeen(standing_of(case, now), ladder, span_words(age, None), age, dark)


def days_of(clock: Clock, rules: Rules, case: Case) -> Calendar:
    """The calendar in which days past the deadline are reckoned."""
    return clock.calendar or calendar_of(rules.version_for(case))


def _ladder(
    case: Case,
    clock: Clock | None,
    events: Sequence[CaseEvent],
    rules: Rules,
    armed: Mapping[int, datetime] | None,
) -> Iterator[RungSeen]:
    ladder, fired = rules.ladder(case), _fired(case, events)
    if armed is None:
        armed = dict(rung_moments(clock, ladder, days_of(clock, rules, case))) if clock else {}
    top, first = ladder[-1] if ladder else None, True
    for rung in ladder:
        passed = rung.level <= case.clock_rung
        state = PASSED if passed else NEXT if first else COMING
        first = first and passed
        at = fired.get(rung.level) if passed else armed.get(rung.level)
        hears = tuple(hearer_words(code) for code in rung.hears)
        yield RungSeen(rung.level, rung_name(rung.level), rung.percent, at, state, hears, rung.supervision)
    if top is None or case.clock_rung < Level.LEVEL3:
        return
    # Repeated until it is done: only the next time is worth a word.
    level = case.clock_rung + 1
    hears = tuple(hearer_words(code) for code in top.hears)
    yield RungSeen(level, rung_name(level), top.percent, armed.get(level), NEXT, hears, top.supervision)


def _fired(case: Case, events: Sequence[CaseEvent]) -> dict[int, datetime]:
    """The moments of the rungs that fired since the case came to its stage, by level."""
    found: dict[int, datetime] = {}
    for event in events:
        if event.action == Action.ESCALATE and event.at >= case.stage_since and event.data["rule"] == STAGE:
            due = parse_datetime(str(event.data.get("due", "")))
            found[event.data["level"]] = due or event.at
    return found
