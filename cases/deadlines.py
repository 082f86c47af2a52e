"""How long a stage may take, when its rungs come, and what else runs beside it. Pure.

Source: limits of the stages and of the filing conditions (GB/T 47678.5-2026), the ladder of the city.
All amounts are seconds of the clock's own kind: working seconds of a calendar, or continuous ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from functools import cache

from cases.workflow import STAGES, Stage, Track
from core.worktime import Calendar, NoWorkingTime, Unit, add_seconds, seconds_between, seconds_of

# What the timers of a case are called; never renamed, since rows carry these names.
STAGE, POOL, CHECKER, SIGN_FOR = "stage", "pool", "checker", "sign_for"
SUSPENSION, PLAN_OWED, REPLY, PRESENCE = "suspension", "plan_owed", "reply", "presence"
RULES = (STAGE, POOL, CHECKER, SIGN_FOR, SUSPENSION, PLAN_OWED, REPLY, PRESENCE)
# What runs with the clock of a stage beside its ladder; a clock keeps a bit for each that fired.
BESIDE_CLOCK = {POOL: 1, CHECKER: 2, SIGN_FOR: 4}
REPEAT_DAYS = 5
LEAST_LEFT = 0.2  # of the limit, after rework or a complaint


class Level(IntEnum):
    """The rungs of the ladder; what lies above LEVEL3 are its repetitions."""

    WARNING = 1
    OVERDUE = 2
    LEVEL2 = 3
    LEVEL3 = 4


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount and its unit, one of ``core.worktime.Unit``."""

    amount: int
    unit: str

    @property
    def works(self) -> bool:
        """Whether it runs inside working hours only."""
        return Unit(self.unit).is_working

    def seconds(self, calendar: Calendar) -> int:
        """In seconds of its own kind."""
        return seconds_of(self.amount, Unit(self.unit), calendar)

    @property
    def day_and_night(self) -> "Limit":
        """The same amount, running through nights and holidays."""
        return Limit(self.amount, _CONTINUOUS.get(self.unit, self.unit))


_CONTINUOUS: Mapping[str, str] = {
    Unit.WORKING_MINUTE: Unit.CONTINUOUS_MINUTE,
    Unit.WORKING_HOUR: Unit.CONTINUOUS_HOUR,
    Unit.WORKING_DAY: Unit.CONTINUOUS_DAY,
}


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: at ``percent`` of the limit, or ``past_days`` working days past the deadline if that is
    earlier, but not before ``not_before`` past the deadline. ``hears`` are codes of ``HEARERS``; ``sounds``
    also outside working hours; ``supervision`` is the level attached, 0 for none."""

    level: int
    percent: int
    hears: tuple[str, ...]
    past_days: int = 0
    not_before: Limit | None = None
    supervision: int = 0
    sounds: bool = False


@dataclass(frozen=True, slots=True)
class Promise:
    """By when a plan says a case is finished; with ``past_limit`` also where that lies after the limit."""

    by: datetime
    past_limit: bool = False


Ladder = Sequence[Rung]

_INTERNAL = (Stage.VERIFY, Stage.PLAN, Stage.APPROVE, Stage.DISPATCH, Stage.CHECK)
_TWO_HOURS, _ONE_DAY = Limit(2, Unit.WORKING_HOUR), Limit(1, Unit.WORKING_DAY)
# Who hears: the named person (or whoever the case waits for), who leads them, the station, the bureau, its
# leader.
NAMED, LEADER, UNIT_HEAD, STATION, BUREAU, BUREAU_LEADER = (
    "named", "leader", "unit_head", "station", "bureau", "bureau_leader",
)  # fmt: skip
HEARERS = (NAMED, LEADER, UNIT_HEAD, STATION, BUREAU, BUREAU_LEADER)
# Those only a row of their own knows: who attached the supervision and whom it asks, who was called to the
# place and by whom.
SUPERVISOR, ASKED, CALLED, CALLER = "supervisor", "asked", "called", "caller"


@cache
def default_ladder(stage: Stage) -> Ladder:
    """The ladder of a stage where the city set none."""
    inside = stage in _INTERNAL
    first: tuple[str, ...] = (NAMED, LEADER)
    second: tuple[str, ...] = (UNIT_HEAD, STATION)
    third: tuple[str, ...] = (BUREAU,)
    if stage is Stage.APPROVE:
        # The bureau's own lateness goes to its leader (分管领导).
        first, second, third = (NAMED, BUREAU_LEADER), (BUREAU_LEADER,), (BUREAU_LEADER,)
    return (
        Rung(Level.WARNING, 80, (NAMED,)),
        Rung(Level.OVERDUE, 100, first, supervision=1),
        Rung(Level.LEVEL2, 200, second, 2, _TWO_HOURS if inside else None, supervision=2),
        Rung(Level.LEVEL3, 300, third, 5, _ONE_DAY if inside else None, supervision=3),
    )


def default_rung(stage: str, level: int) -> Rung:
    """The built-in rung of a level; of a stage "" that of the stages without a floor of their own."""
    return next(rung for rung in default_ladder(Stage(stage or Stage.HANDLE)) if rung.level == level)


def default_limit(stage: Stage, track: Track) -> Limit | None:
    """The limit of a stage where the city set none; None where the filing condition says it."""
    spec = STAGES[stage]
    amount, unit = (
        spec.emergency_limit if track is Track.EMERGENCY and spec.emergency_limit[0] else spec.limit
    )
    return Limit(amount, unit) if amount else None


def sign_limit(track: Track) -> Limit:
    """Within what a unit signs for a case."""
    return Limit(15, Unit.CONTINUOUS_MINUTE) if track is Track.EMERGENCY else Limit(1, Unit.WORKING_HOUR)


@dataclass(frozen=True, slots=True)
class Clock:
    """What runs for a stage. ``spent`` seconds had passed when it last began to run, at ``since``;
    ``total`` is the limit with its extensions, or what was left of it; ``rung`` the highest level that
    fired.

    ``calendar`` is None where the clock runs day and night.
    """

    since: datetime
    spent: int
    total: int
    limit: int
    calendar: Calendar | None
    rung: int = 0

    def at(self, spent: float) -> datetime:
        """When so much will have been spent; a moment before ``since`` is ``since``."""
        return max(self.since, self.passed_at(spent))

    def passed_at(self, spent: float) -> datetime:
        """The same, led back beyond ``since`` as if the clock had never rested."""
        ahead = round(spent) - self.spent
        try:
            return add_seconds(self.since, ahead, self.calendar)
        except NoWorkingTime:
            if ahead > 0:
                raise
            return self.since  # the calendar does not reach back so far

    @property
    def due(self) -> datetime:
        """The deadline."""
        return self.at(self.total)


def rung_moments(
    clock: Clock, ladder: Ladder, days: Calendar, after: datetime | None = None
) -> Iterator[tuple[int, datetime]]:
    """The rungs still to come, each with its moment; once the last has fired, its next repetition.

    Past the deadline the limit counts as it was first given, so that an extension puts a rung off once and
    not twice; ``days`` is the calendar in which days past the deadline are reckoned. The repetition is the
    first that lies after ``after``, where that is given.
    """
    due = clock.passed_at(clock.total)
    for rung in ladder:
        if rung.level > clock.rung:
            yield rung.level, max(clock.since, _moment(clock, rung, days, due))
    top = max(ladder, key=lambda rung: rung.level, default=None)
    if top is None or not Level.LEVEL3 <= top.level <= clock.rung:
        return
    first, five = _moment(clock, top, days, due), seconds_of(REPEAT_DAYS, Unit.WORKING_DAY, days)
    times = clock.rung - top.level + 1
    if after is not None:
        times = max(1, int(seconds_between(first, after, days) // five) + 1)
    yield clock.rung + 1, max(clock.since, add_seconds(first, five * times, days))


def _moment(clock: Clock, rung: Rung, days: Calendar, due: datetime) -> datetime:
    if rung.percent <= 100:
        return clock.passed_at(clock.total * rung.percent / 100)
    moment = clock.passed_at(clock.total + clock.limit * (rung.percent - 100) / 100)
    if rung.past_days:
        moment = min(moment, _past(due, Limit(rung.past_days, Unit.WORKING_DAY), days))
    if rung.not_before is not None:
        moment = max(moment, _past(due, rung.not_before, days))
    return moment


def _past(due: datetime, limit: Limit, days: Calendar) -> datetime:
    return add_seconds(due, limit.seconds(days), days if limit.works else None)


def rung_passed(clock: Clock, ladder: Ladder, days: Calendar, at: datetime) -> int:
    """The highest rung up to the clock's own whose moment has come by ``at``; 0 for none. A repetition stays
    while the last rung has come."""
    fresh, top = replace(clock, rung=0), max((rung.level for rung in ladder), default=0)
    passed = max((level for level, moment in rung_moments(fresh, ladder, days) if moment <= at), default=0)
    return clock.rung if passed == top else min(passed, clock.rung)


def left_after(total: int, spent: int, limit: int) -> int:
    """What a clock that goes on after rework or a complaint has: what was left, at least a fifth of the
    limit."""
    return max(total - spent, round(limit * LEAST_LEFT), 1)
