"""The timers a case should have, and having them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from cases import deadlines as rule
from cases.deadlines import Limit, rung_moments, sign_limit
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
_NOBODY_ABLE = Limit(1, Unit.WORKING_HOUR)


def subject_of(case_id: int) -> str:
    """What timers call a case."""
    return f"case:{case_id}"


def case_arm(
    *, case: Case, parts: Sequence[UnitPart], known: Sequence[Timer], rules: Rules, now: datetime
) -> None:
    """Make the armed timers of a case, saved and locked by the caller, those that its state asks for.

    ``known`` are those armed or paused until now; what was due has fired or is among them.
    """
    armed = {(timer.rule, timer.level, timer.generation): timer.due_at for timer in known}
    wanted = [
        # Rules that changed since touch what is armed only when it is reckoned anew, with a generation of
        # its own.
        replace(timer, due_at=armed.get((timer.rule, timer.level, timer.generation), timer.due_at))
        for timer in timers_wanted(case, parts, rules, now)
    ]
    timers_sync(subject=subject_of(case.pk), wanted=wanted, known=known, now=now, paused=case.clock_rests)


def case_rearm(*, case: Case, now: datetime, known: Sequence[Timer] | None = None) -> None:
    """The same for what happened beside a step, such as a task that was passed on."""
    if known is None:
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
    return [*_rungs(case, rules, after), *_of_clock(case, parts, rules), *_plan_owed(case, rules)]


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


def _of_clock(case: Case, parts: Sequence[UnitPart], rules: Rules) -> Iterator[Wanted]:
    """What runs with the clock of the stage, beside its ladder."""
    clock = clock_of(case)
    if clock is None:
        return
    days = clock.calendar or calendar_of(rules.version_for(case))
    for name, limit in _beside(case, parts, clock):
        # It fires once a clock, however often its moments change.
        fired = case.clock_beside & rule.BESIDE_CLOCK[name]
        moment = None if fired else _once(clock, limit, days)
        if moment is not None:
            yield Wanted(name, 1, case.clock_generation, moment)


def _once(clock: rule.Clock, limit: Limit | int, days: Calendar) -> datetime | None:
    """When so much of the stage will have passed; None when that came before the clock last rested, and so
    has fired or was done in time."""
    if isinstance(limit, Limit) and limit.works is not (clock.calendar is not None):
        # Its seconds are of another kind than the clock's, so it begins anew after a rest.
        return add_seconds(clock.since, limit.seconds(days), days if limit.works else None)
    seconds = limit if isinstance(limit, int) else limit.seconds(days)
    return clock.at(seconds) if seconds >= clock.spent else None


def _beside(case: Case, parts: Sequence[UnitPart], clock: rule.Clock) -> Iterator[tuple[str, Limit | int]]:
    """The rules beside the ladder, each with its limit or the seconds of the clock it comes after."""
    stage = Stage(case.stage)
    if STAGES[stage].named:
        # Whether somebody has taken it up by then is asked when it fires.
        yield rule.POOL, round(min(clock.limit, clock.total) * _HALF)
    if stage is Stage.CHECK and case.assignee_id is None:
        yield rule.CHECKER, _NOBODY_ABLE
    lead = next((part for part in parts if part.active and part.kind == UnitPart.Kind.LEAD), None)
    if stage is Stage.HANDLE and lead is not None and lead.signed_at is None:
        yield rule.SIGN_FOR, sign_limit(track_of(case))


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
