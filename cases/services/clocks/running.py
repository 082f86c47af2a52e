"""What a step does to the clock of a case, in memory; the caller saves the case."""

from datetime import datetime
from typing import Any

from cases.deadlines import Clock, Limit, left_after, rung_reached
from cases.limits import Rules, clock_of
from cases.models import Case
from cases.workflow import DONE, Action, Stage, Step, Verdict
from cases.workflow import Clock as Does
from core.calendars import calendar_of
from core.worktime import seconds_between

WARNED = 0.8  # of the limit: the lamp turns yellow
MOST_SECONDS = 2_000_000_000


def clock_turn(
    *, case: Case, step: Step, before: str, verdict: Verdict | None, rules: Rules, now: datetime,
    finish_by: datetime | None = None, past_limit: bool = False, anew: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Do to the clock what a step does, once the case stands in its new stage.

    ``finish_by`` is the date of the plan a case is dispatched on, which counts where it comes before the
    limit, or with ``past_limit`` also after it; ``anew`` begins a clock again whose stage
    and limit stay. Returns what the event says of it, ``{}`` where the clock was left alone.
    """
    after = Stage(case.stage)
    if before == Stage.HANDLE and after is not Stage.HANDLE and step.action is Action.FINISH:
        _keep_left(case, now)
    if after in DONE and after is not Stage.MERGED:
        return _stop(case) if before not in DONE else {}
    if step.clock is Does.EXTEND:
        return _extend(case, rules, now) if verdict is Verdict.GRANT else {}
    if step.clock is Does.PAUSE:
        return _rest(case, now) if case.suspended_until or after is Stage.MERGED else {}
    if step.action in (Action.RESUME, Action.UNMERGE):
        return _go_on(case, rules, now)
    if step.clock is Does.KEEP or (step.clock is Does.RESUME and after == before):
        return {}
    if after == before and not anew and _same_limit(case, rules):
        # Another address gives nobody another hour.
        return {}
    return _begin(case, step, rules, now, (finish_by, past_limit))


def _same_limit(case: Case, rules: Rules) -> bool:
    """Whether the clock runs on the limit the case has now."""
    limit = rules.limit(case)
    if limit is None or case.clock_since is None:
        return False
    seconds = limit.seconds(calendar_of(rules.version_for(case)))
    return limit.works is (case.clock_calendar_id is not None) and seconds == case.clock_limit


def clock_reset(*, case: Case, rules: Rules, now: datetime) -> dict[str, Any]:
    """Reckon the running clock anew by the rules in force; what was spent before it last began stays.

    Returns what the event says of it.
    """
    limit = rules.limit(case)
    if limit is not None and case.clock_since is not None:
        version = rules.version_for(case)
        calendar = calendar_of(version)
        whole = limit.seconds(calendar)
        case.clock_total = min(
            max(case.clock_total + (whole - case.clock_limit) * (1 + case.extensions), 1), MOST_SECONDS
        )
        case.clock_limit = whole
        case.clock_calendar_id = version if limit.works else None
    return _set(case, rules, now, "rearm", limit)


def _begin(
    case: Case, step: Step, rules: Rules, now: datetime, promise: tuple[datetime | None, bool]
) -> dict[str, Any]:
    limit = rules.limit(case)
    case.escalation = case.clock_rung = case.clock_spent = 0
    if limit is None:
        return _stop(case)
    version = rules.version_for(case)
    calendar = calendar_of(version)
    case.clock_limit = case.clock_total = min(limit.seconds(calendar), MOST_SECONDS)
    case.clock_since, case.clock_calendar_id = now, version if limit.works else None
    how = "start"
    if step.clock is Does.RESUME and case.stage == Stage.HANDLE and case.handle_left is not None:
        # Rework and a complaint go on with what was left.
        case.clock_total, how = max(case.handle_left, 1), "resume"
    finish_by, past_limit = promise
    if finish_by is not None:
        promised = round(seconds_between(now, finish_by, calendar if limit.works else None))
        if 0 < promised < case.clock_total:
            case.clock_total, how = promised, "plan"
        elif past_limit and promised > case.clock_total:
            case.clock_total, how = min(promised, MOST_SECONDS), "later"
    return _set(case, rules, now, how, limit)


def _keep_left(case: Case, now: datetime) -> None:
    clock = clock_of(case)
    if clock is not None:
        spent = clock.spent + round(seconds_between(clock.since, now, clock.calendar))
        case.handle_left = left_after(clock.total, spent, clock.limit)


def _rest(case: Case, now: datetime) -> dict[str, Any]:
    clock = clock_of(case)
    if clock is None:
        return {}
    case.clock_spent = min(
        clock.spent + round(seconds_between(clock.since, now, clock.calendar)), MOST_SECONDS
    )
    case.clock_since = case.due_at = case.yellow_at = None
    case.clock_generation += 1
    return {"clock": {"how": "pause", "spent": case.clock_spent, "total": case.clock_total}}


def _go_on(case: Case, rules: Rules, now: datetime) -> dict[str, Any]:
    if not case.clock_total:
        return {}
    case.clock_since = now
    limit = rules.limit(case)
    if case.clock_calendar_id is not None:
        case.clock_calendar_id = rules.version_for(case)
    return _set(case, rules, now, "resume", limit)


def _extend(case: Case, rules: Rules, now: datetime) -> dict[str, Any]:
    clock = clock_of(case)
    if clock is None:
        return {}
    case.clock_total = min(case.clock_total + case.clock_limit, MOST_SECONDS)
    spent = clock.spent + round(seconds_between(clock.since, now, clock.calendar))
    longer = Clock(clock.since, clock.spent, case.clock_total, clock.limit, clock.calendar, clock.rung)
    case.clock_rung = min(case.clock_rung, rung_reached(longer, rules.ladder(case), spent))
    case.escalation = 0 if spent < case.clock_total else case.escalation
    return _set(case, rules, now, "extend", rules.limit(case))


def _stop(case: Case) -> dict[str, Any]:
    had = case.clock_total > 0
    case.clock_since = case.due_at = case.yellow_at = case.clock_calendar_id = None
    case.clock_spent = case.clock_total = case.clock_limit = case.clock_rung = case.escalation = 0
    if had:
        case.clock_generation += 1
    return {"clock": {"how": "stop"}} if had else {}


def _set(case: Case, rules: Rules, now: datetime, how: str, limit: Limit | None) -> dict[str, Any]:
    """Write the moments that follow, and what the event says of them."""
    clock = clock_of(case)
    if clock is None:
        return {}
    case.clock_generation += 1
    case.due_at, case.yellow_at = clock.due, clock.at(clock.total * WARNED)
    if case.stage == Stage.HANDLE and case.first_due_at is None:
        case.first_due_at = case.due_at
    return {
        "clock": {
            "how": how,
            "limit": [limit.amount, limit.unit] if limit else None,
            "spent": clock.spent,
            "total": clock.total,
            "since": clock.since.isoformat(),
            "calendar": case.clock_calendar_id,
            "due": case.due_at.isoformat(),
        }
    }
