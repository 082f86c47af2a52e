"""Taking rungs: an event, marks on the case, a supervision and word to people, written for many cases at
once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from cases import deadlines as rule
from cases.deadlines import Level, Rung
from cases.limits import Rules, rules_now, track_of
from cases.models import Case, CaseEvent, Supervision
from cases.services.clocks import next_repeat, subject_of
from cases.services.events import event_next
from cases.workflow import OPEN, Action, Asked, Stage, Track, asked_in
from core.bulk import Values, rows_insert, rows_update, values_insert
from core.models import Timer
from core.services.outbox import Told, outbox_emit_many
from core.services.timers import timers_arm, timers_armed, timers_fired
from core.timers import Due, outrun_of

TOPIC = "case.rung"
# Who hears of what runs beside the ladder.
BESIDE: Mapping[str, tuple[str, ...]] = {
    rule.POOL: (rule.LEADER,),
    rule.CHECKER: (rule.STATION,),
    rule.SIGN_FOR: (rule.UNIT_HEAD, rule.STATION),
    rule.PLAN_OWED: (rule.STATION, rule.BUREAU),
    rule.REPLY: (rule.ASKED, rule.SUPERVISOR),
    rule.PRESENCE: (rule.CALLED, rule.CALLER),
}
# What a rung moves on a case: the head of its history, and how far up the ladder it is.
_MARKS = ("events_count", "head_hash", "clock_rung", "clock_beside", "escalation", "overdue_at")
OF_CLOCK = frozenset({rule.STAGE, *rule.BESIDE_CLOCK})


@dataclass(slots=True)
class Batch:
    """What some firings write, gathered so that each table is written once. A ``quiet`` batch lies in the
    past: every event has the rung's own moment, and nobody is told."""

    rules: Rules
    now: datetime
    quiet: bool = False
    cases: dict[int, Case] = field(default_factory=dict)
    events: list[CaseEvent] = field(default_factory=list)
    supervisions: list[Values] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    repeating: set[int] = field(default_factory=set)


def case_settle(*, case: Case, now: datetime, quiet: bool = False) -> list[Timer]:
    """Fire what is due on a case, locked by the caller, before something happens to it; returns the timers
    that run on, for ``case_arm``."""
    return rungs_settle(case=case, known=timers_armed(subject_of(case.pk)), now=now, quiet=quiet)


def rungs_settle(*, case: Case, known: Sequence[Timer], now: datetime, quiet: bool) -> list[Timer]:
    """Fire what is due on a case that a step holds, before the step; returns the timers that run on.

    What came due before somebody acted stays true whoever is quicker. Two things are left to the dispatcher,
    steps of their own: the end of a suspension, which moves the version on which this step was decided, and
    taking a task nobody took up from whoever has it. What comes next the caller arms.
    """
    due = [
        t for t in known if t.state == Timer.State.ARMED and t.due_at <= now and not _is_step(case, t, quiet)
    ]
    if not due:
        return list(known)
    due.sort(key=lambda timer: (timer.due_at, timer.level))
    # In the past each has its own moment, so none outruns another.
    outrun = set() if quiet else outrun_of(_due(timer) for timer in due)
    batch = Batch(rules_now(), now, quiet)
    for timer in due:
        rung_take(batch, case, _due(timer, outrun=timer.pk in outrun))
    batch_write(batch)
    for moment, same in groupby(due, key=lambda timer: timer.due_at if quiet else now):
        timers_fired(timers=list(same), now=moment)
    fired = {timer.pk for timer in due}
    return [timer for timer in known if timer.pk not in fired]


def _is_step(case: Case, timer: Timer, quiet: bool) -> bool:
    pooled = timer.rule == rule.POOL and case.assignee_id is not None and not quiet
    return timer.rule == rule.SUSPENSION or pooled


def _due(timer: Timer, *, outrun: bool = False) -> Due:
    return Due(timer.pk, timer.subject, timer.rule, timer.level, timer.generation, timer.due_at, outrun)


def rung_take(batch: Batch, case: Case, timer: Due) -> None:
    """Gather what one timer does to one case, locked by the caller; nothing where it means nothing any
    more."""
    rung = _rung(batch.rules, case, timer) if timer.rule == rule.STAGE else None
    if not _holds(case, timer, rung):
        return
    data: dict[str, Any] = {"rule": timer.rule, "level": timer.level, "due": timer.due_at.isoformat()}
    data |= {"outrun": True} if timer.outrun else {}
    data |= {"recorded": True} if batch.quiet else {}
    if rung is not None:
        data |= _mark(batch, case, timer, rung)
    case.clock_beside |= rule.BESIDE_CLOCK.get(timer.rule, 0)
    at = timer.due_at if batch.quiet else batch.now
    event, _words = event_next(
        case=case, action=Action.ESCALATE, actor_id=None, role="", now=at, from_stage=case.stage, data=data
    )
    batch.events.append(event)
    batch.cases[case.pk] = case
    if not batch.quiet and not timer.outrun:
        batch.told.append(_told(case, timer, rung, event.seq))


def _holds(case: Case, timer: Due, rung: Rung | None) -> bool:
    """Whether the rule still runs. Steps see to most of that; a rung may have been switched off, and a task
    have been taken up."""
    if Stage(case.stage) not in OPEN:
        return False
    if timer.rule in OF_CLOCK:
        off = timer.rule == rule.STAGE and rung is None
        had = timer.rule == rule.POOL and case.assignee_id is not None
        runs = case.clock_since is not None and timer.generation == case.clock_generation
        return runs and not off and not had
    marks = {rule.PLAN_OWED: case.plan_owed, rule.REPLY: case.reply_from, rule.PRESENCE: case.presence}
    return bool(marks.get(timer.rule))


def _rung(rules: Rules, case: Case, timer: Due) -> Rung | None:
    level = min(timer.level, Level.LEVEL3)
    return next((rung for rung in rules.ladder(case) if rung.level == level), None)


def _mark(batch: Batch, case: Case, timer: Due, rung: Rung) -> dict[str, Any]:
    """The case knows how far up the ladder it is; being late stays with it for good."""
    case.clock_rung = max(case.clock_rung, timer.level)
    if timer.level >= Level.LEVEL3:
        batch.repeating.add(case.pk)
    if timer.level >= Level.OVERDUE and case.overdue_at is None:
        case.overdue_at = case.due_at or timer.due_at
    if timer.outrun or rung.supervision <= case.escalation:
        return {}
    case.escalation = rung.supervision
    asked = asked_in(Stage(case.stage))
    batch.supervisions.append(
        {
            "case_id": case.pk,
            "level": rung.supervision,
            "at": timer.due_at if batch.quiet else batch.now,
            "event": case.events_count + 1,
            "asked": asked,
            "asked_unit_id": case.lead_unit_id if asked is Asked.UNIT else None,
        }
    )
    return {"supervision": rung.supervision}


def _told(case: Case, timer: Due, rung: Rung | None, event: int) -> Told:
    # Of what runs beside the clock of a stage the moment of its own counts.
    of_stage = timer.rule in OF_CLOCK and timer.rule != rule.SIGN_FOR
    payload = {
        "number": case.number,
        "event": event,
        "rule": timer.rule,
        "level": timer.level,
        "of": timer.generation,
        "due": ((case.due_at if of_stage else None) or timer.due_at).isoformat(),
        "hears": list(rung.hears if rung else BESIDE[timer.rule]),
        # What is owed on paper wakes nobody.
        "urgent": track_of(case) is Track.EMERGENCY and timer.rule in OF_CLOCK,
        "sounds": bool(rung and rung.sounds),
        # A step may settle this and lead the case on before anybody is told.
        "stage": str(case.stage),
        "assignee": case.assignee_id,
        "lead_unit": case.lead_unit_id,
    }
    return Told(TOPIC, f"case:{case.number}", payload)


def batch_write(batch: Batch) -> None:
    """Write what was gathered, table by table, in the caller's transaction."""
    if not batch.events:
        return
    rows_insert(batch.events)
    values_insert(Supervision, batch.supervisions)
    rows_update(list(batch.cases.values()), _MARKS)
    outbox_emit_many(told=batch.told, now=batch.now)


def repeats_arm(batch: Batch) -> None:
    """Arm the next repetition of those that stand at the top of their ladder."""
    repeating = [batch.cases[pk] for pk in sorted(batch.repeating)]
    if again := {subject_of(case.pk): next_repeat(case, batch.rules, batch.now) for case in repeating}:
        timers_arm(wanted=again, now=batch.now)
