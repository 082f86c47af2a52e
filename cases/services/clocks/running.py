"""What a step does to the clock of a case, in memory; the caller saves the case."""

from datetime import datetime
from typing import Any

from cases.deadlines import Limit, Promise, left_after, rung_passed
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
    finish_by: Promise | None = None, anew: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Do to the clock what a step does, once the case stands in its new stage.

    ``finish_by`` is the date of the plan a case is or was dispatched on; ``anew`` begins a clock again whose
    stage and limit stay. Returns what the event says of it, ``{}`` where the clock was left alone.
    """
    after = Stage(case.stage)
    if before == Stage.HANDLE and after is not Stage.HANDLE and step.action is Action.FINISH:
        _keep_left(case, now)
    if after in DONE and after is not Stage.MERGED:
        return _stop(case) if before not in DONE else {}
    if step.clock is Does.EXTEND:
        return _extend(case, rules, now) if verdict is Verdict.GRANT else {}
    if step.clock is Does.PAUSE:
        return clock_rest(case=case, at=now) if case.suspended_until or after is Stage.MERGED else {}
    if step.action in (Action.RESUME, Action.UNMERGE):
        return clock_go_on(case=case, rules=rules, now=now, finish_by=finish_by)
    if step.clock is Does.KEEP or (step.clock is Does.RESUME and after == before):
        return {}
    if after == before and not anew and _same_limit(case, rules):
        # Another address gives nobody another hour.
        return {}
    return _begin(case, step, rules, now, finish_by)


def _same_limit(case: Case, rules: Rules) -> bool:
    """Whether the clock runs on the limit the case has now."""
    limit = rules.limit(case)
    if limit is None or case.clock_since is None:
        return False
    seconds = limit.seconds(calendar_of(rules.version_for(case)))
    return limit.works is (case.clock_calendar_id is not None) and seconds == case.clock_limit


def clock_reset(
    *, case: Case, rules: Rules, now: datetime, finish_by: Promise | None = None
) -> dict[str, Any]:
    """Reckon the running clock anew by the rules in force; what was spent before it last began stays.

    A rung that fired is to come again only where the deadline was put off. ``finish_by`` is the date of the
    plan the case was dispatched on (``selectors.plan_dates``). Returns what the event says of it, ``{}``
    where no clock runs.
    """
    limit, due = rules.limit(case), case.due_at
    if limit is None or due is None or case.clock_since is None:
        return {}
    _renew(case, rules, limit, finish_by)
    said = _set(case, rules, now, "rearm", limit)
    if case.due_at is not None and case.due_at > due:
        _climb_down(case, rules, now)
    return said


def clock_begin(
    *, case: Case, rules: Rules, at: datetime, finish_by: Promise | None = None
) -> dict[str, Any]:
    """Begin the clock of an open case that has none, as of ``at``, with the extensions it was granted.

    Returns what the event says of it.
    """
    limit = rules.limit(case)
    if limit is None:
        return {}
    _fresh(case, rules, limit, at)
    case.clock_total = _whole_total(case, finish_by)
    return _set(case, rules, at, "start", limit)


def clock_rest(*, case: Case, at: datetime) -> dict[str, Any]:
    """Let the clock rest from ``at`` on. Returns what the event says of it."""
    clock = clock_of(case)
    if clock is None:
        return {}
    case.clock_spent = min(
        clock.spent + round(seconds_between(clock.since, at, clock.calendar)), MOST_SECONDS
    )
    case.clock_since = case.due_at = case.yellow_at = None
    case.clock_generation += 1
    return {"clock": {"how": "pause", "spent": case.clock_spent, "total": case.clock_total}}


def clock_go_on(
    *, case: Case, rules: Rules, now: datetime, finish_by: Promise | None = None
) -> dict[str, Any]:
    """Let a clock that rests go on by the rules in force. Returns what the event says of it.

    A case merged before there were clocks begins one.
    """
    limit = rules.limit(case)
    if limit is None:
        return {}
    if not case.clock_total:
        return clock_begin(case=case, rules=rules, at=now, finish_by=finish_by)
    case.clock_since = now
    _renew(case, rules, limit, finish_by)
    said = _set(case, rules, now, "resume", limit)
    if case.due_at is not None and case.due_at > now:
        _climb_down(case, rules, now)
    return said


def _begin(case: Case, step: Step, rules: Rules, now: datetime, finish_by: Promise | None) -> dict[str, Any]:
    limit = rules.limit(case)
    if limit is None:
        return _stop(case)
    _fresh(case, rules, limit, now)
    how = "start"
    if step.clock is Does.RESUME and case.stage == Stage.HANDLE and case.handle_left is not None:
        # Rework and a complaint go on with what was left.
        case.clock_total, how = max(case.handle_left, 1), "resume"
    elif (promised := _promised(case, now, finish_by)) != case.clock_total:
        how = "plan" if promised < case.clock_total else "later"
        case.clock_total = promised
    return _set(case, rules, now, how, limit)


def _fresh(case: Case, rules: Rules, limit: Limit, at: datetime) -> None:
    case.escalation = case.clock_rung = case.clock_beside = case.clock_spent = 0
    _measure(case, rules, limit)
    case.clock_since, case.clock_total = at, case.clock_limit


def _measure(case: Case, rules: Rules, limit: Limit) -> None:
    """The limit in seconds, and the calendar they are counted by."""
    version = rules.version_for(case)
    case.clock_limit = min(limit.seconds(calendar_of(version)), MOST_SECONDS)
    case.clock_calendar_id = version if limit.works else None


def _renew(case: Case, rules: Rules, limit: Limit, finish_by: Promise | None) -> None:
    """Limit, total and calendar by the rules in force; the seconds that were spent stay."""
    whole, total = max(case.clock_limit, 1), max(case.clock_total, 1)
    worked = case.clock_calendar_id is not None
    _measure(case, rules, limit)
    if case.stage == Stage.HANDLE and not _came_back(case):
        case.clock_total = _whole_total(case, finish_by)
    else:
        # Of what was left after rework the same share is left.
        case.clock_total = max(min(round(total * case.clock_limit / whole), MOST_SECONDS), 1)
    if worked != limit.works:
        # Seconds of another kind: the same share of all is spent.
        case.clock_spent = min(round(case.clock_spent * case.clock_total / total), MOST_SECONDS)


def _came_back(case: Case) -> bool:
    """Whether it was finished once since the unit was sent for."""
    return bool(case.finished_at and case.dispatched_at and case.finished_at >= case.dispatched_at)


def _whole_total(case: Case, finish_by: Promise | None) -> int:
    """The limit, or less by the date of the plan, and once more for each extension."""
    base = case.clock_limit
    if case.stage != Stage.HANDLE:
        return base
    if case.dispatched_at is not None and not _came_back(case):
        base = _promised(case, case.dispatched_at, finish_by)
    return min(base + case.extensions * case.clock_limit, MOST_SECONDS)


def _promised(case: Case, since: datetime, finish_by: Promise | None) -> int:
    """The limit, or the seconds up to the date of the plan where that comes before, or may come after."""
    calendar = calendar_of(case.clock_calendar_id) if case.clock_calendar_id else None
    seconds = round(seconds_between(since, finish_by.by, calendar)) if finish_by else 0
    if finish_by is None or seconds <= 0 or (seconds > case.clock_limit and not finish_by.past_limit):
        return case.clock_limit
    return min(seconds, MOST_SECONDS)


def _climb_down(case: Case, rules: Rules, now: datetime) -> None:
    """Rungs that lie ahead again are to come again; being late stays with the case all the same."""
    clock = clock_of(case)
    if clock is None:
        return
    ladder, days = rules.ladder(case), clock.calendar or calendar_of(rules.version_for(case))
    case.clock_rung = rung_passed(clock, ladder, days, now)
    reached = [rung.supervision for rung in ladder if rung.level <= case.clock_rung]
    case.escalation = min(case.escalation, max(reached, default=0))


def _keep_left(case: Case, now: datetime) -> None:
    clock = clock_of(case)
    if clock is not None:
        spent = clock.spent + round(seconds_between(clock.since, now, clock.calendar))
        case.handle_left = left_after(clock.total, spent, clock.limit)


def _extend(case: Case, rules: Rules, now: datetime) -> dict[str, Any]:
    if case.clock_since is None:
        return {}
    case.clock_total = min(case.clock_total + case.clock_limit, MOST_SECONDS)
    said = _set(case, rules, now, "extend", rules.limit(case))
    _climb_down(case, rules, now)
    return said


def _stop(case: Case) -> dict[str, Any]:
    had = case.clock_total > 0
    case.clock_since = case.due_at = case.yellow_at = case.clock_calendar_id = None
    case.clock_spent = case.clock_total = case.clock_limit = 0
    case.clock_rung = case.clock_beside = case.escalation = 0
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
