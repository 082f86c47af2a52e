"""The timers a case should have, and having them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from cases import deadlines as rule
from cases.deadlines import rung_moments, sign_limit
from cases.limits import Rules, clock_of, rules_now, track_of
from cases.models import Case, PresenceCall, Supervision, UnitPart
from cases.selectors import parts_of
from cases.workflow import OPEN, STAGES, Stage
from core.calendars import calendar_of
from core.models import Timer
from core.services.timers import timers_armed, timers_sync
from core.timers import Wanted
from core.worktime import Calendar, Unit, add_seconds, next_working, seconds_between

_ZONE = ZoneInfo("Asia/Shanghai")
_HALF = 0.5
_NOBODY_ABLE = rule.Limit(1, Unit.WORKING_HOUR)


def subject_of(case_id: int) -> str:
    """What timers call a case."""
    return f"case:{case_id}"


def case_arm(
    *, case: Case, parts: Sequence[UnitPart], known: Sequence[Timer], rules: Rules, now: datetime
) -> None:
    """Make the armed timers of a case, saved and locked by the caller, those that its state asks for.

    ``known`` are those armed or paused until now.
    """
    armed = {(timer.rule, timer.level, timer.generation): timer.due_at for timer in known}
    wanted = [
        # Rules that changed since touch what is armed only when it is reckoned anew, with a generation of
        # its own.
        replace(timer, due_at=armed.get((timer.rule, timer.level, timer.generation), timer.due_at))
        for timer in timers_wanted(case, parts, rules)
    ]
    timers_sync(subject=subject_of(case.pk), wanted=wanted, known=known, now=now, paused=case.clock_rests)


def case_rearm(*, case: Case, now: datetime) -> None:
    """The same for what happened beside a step, such as a task that was passed on."""
    known = timers_armed(subject_of(case.pk))
    case_arm(case=case, parts=parts_of(case), known=known, rules=rules_now(), now=now)


def timers_wanted(
    case: Case, parts: Sequence[UnitPart], rules: Rules, after: datetime | None = None
) -> list[Wanted]:
    """Every timer an open case should have armed; none once it is done.

    Repetitions of the last rung up to ``after`` are passed over.
    """
    if Stage(case.stage) not in OPEN:
        return []
    return [
        *timers_reckoned(case, parts, rules, after),
        *_suspension(case),
        *_reply(case),
        *_presence(case),
    ]


def timers_reckoned(
    case: Case, parts: Sequence[UnitPart], rules: Rules, after: datetime | None = None
) -> list[Wanted]:
    """Those of them whose moments follow from limits, ladders and calendars; no query."""
    return [*_of_clock(case, parts, rules, after), *_plan_owed(case, rules)]


def next_repeat(case: Case, rules: Rules, now: datetime) -> list[Wanted]:
    """The rung to come of a case at the top of its ladder: the next repetition that lies ahead of ``now``."""
    return list(_rungs(case, rules, now))


def _rungs(case: Case, rules: Rules, after: datetime | None = None) -> Iterator[Wanted]:
    clock = clock_of(case)
    if clock is None:
        return
    days = clock.calendar or calendar_of(rules.version_for(case))
    for level, moment in rung_moments(clock, rules.ladder(case), days, after):
        yield Wanted(rule.STAGE, level, case.clock_generation, moment)


def _of_clock(
    case: Case, parts: Sequence[UnitPart], rules: Rules, after: datetime | None
) -> Iterator[Wanted]:
    clock, generation = clock_of(case), case.clock_generation
    if clock is None:
        return
    days = clock.calendar or calendar_of(rules.version_for(case))
    yield from _rungs(case, rules, after)
    for name, seconds in _beside(case, parts, clock, days):
        # What came before the clock last rested was done in time; what fired does so once a clock, however
        # often its moments change.
        if seconds >= clock.spent and not case.clock_beside & rule.BESIDE_CLOCK[name]:
            yield Wanted(name, 1, generation, clock.at(seconds))


def _beside(
    case: Case, parts: Sequence[UnitPart], clock: rule.Clock, days: Calendar
) -> Iterator[tuple[str, int]]:
    """What else runs with the clock of the stage: its rule and the seconds it comes after."""
    stage = Stage(case.stage)
    if STAGES[stage].named and case.assignee_id is None:
        yield rule.POOL, round(clock.limit * _HALF)
        if stage is Stage.CHECK:
            yield rule.CHECKER, _NOBODY_ABLE.seconds(days)
    lead = next((part for part in parts if part.active and part.kind == UnitPart.Kind.LEAD), None)
    if stage is Stage.HANDLE and lead is not None and lead.signed_at is None:
        yield rule.SIGN_FOR, sign_limit(track_of(case)).seconds(days)


def _suspension(case: Case) -> Iterator[Wanted]:
    if case.suspended_until is not None:
        yield Wanted(rule.SUSPENSION, 1, case.clock_generation, case.suspended_until)


def _plan_owed(case: Case, rules: Rules) -> Iterator[Wanted]:
    """By the end of the next working day after the case was handed over without a plan."""
    if not case.plan_owed or case.dispatched_at is None:
        return
    days = calendar_of(rules.calendars.by_code("offices"))
    tomorrow = datetime.combine(
        case.dispatched_at.astimezone(_ZONE).date() + timedelta(days=1), time(), tzinfo=_ZONE
    )
    begins = next_working(tomorrow, days)
    # The end of that day is where its last working minute lies. Another handing over owes it anew.
    handed = int(case.dispatched_at.timestamp()) // 60
    yield Wanted(rule.PLAN_OWED, 1, handed, add_seconds(begins, _rest_of_day(begins, days), days))


def _rest_of_day(begins: datetime, days: Calendar) -> int:
    midnight = datetime.combine(begins.astimezone(_ZONE).date() + timedelta(days=1), time(), tzinfo=_ZONE)
    return round(seconds_between(begins, midnight, days))


def _reply(case: Case) -> Iterator[Wanted]:
    if not case.reply_from:
        return
    owed = Supervision.objects.filter(case=case, reply_by__isnull=False, replied_at__isnull=True)
    for pk, reply_by in owed.order_by("pk").values_list("event", "reply_by"):
        if reply_by is not None:
            yield Wanted(rule.REPLY, 1, pk, reply_by)


def _presence(case: Case) -> Iterator[Wanted]:
    if not case.presence:
        return
    called = PresenceCall.objects.filter(case=case, arrived_at__isnull=True, over=False)
    for event, due_at in called.values_list("event", "due_at"):
        yield Wanted(rule.PRESENCE, 1, event, due_at)
