"""How the timers of cases fire: many cases in one go, each table written once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import F, Q

from cases import deadlines as rule
from cases.limits import rules_now
from cases.models import Case, CaseEvent, FilingCondition
from cases.selectors import one_locked
from cases.services.advance import step_by_system
from cases.services.clocks import subject_of
from cases.services.handover import UNATTENDED, task_to_pool
from cases.services.rungs.taking import BESIDE, Batch, batch_write, repeats_arm, rung_take
from cases.workflow import Action
from core.bulk import rows_read
from core.timers import Due, Missed

KIND = "case"
MISSED: Mapping[str, Missed] = {
    # After an outage the highest rung says it all; what was missed below it is recorded.
    rule.STAGE: Missed.HIGHEST,
    **dict.fromkeys((*BESIDE, rule.SUSPENSION), Missed.EACH),
}
# By these somebody took a task up, or it was given to them by hand.
_TAKEN_UP = (Action.ASSIGN, Action.SIGN_FOR, Action.HAND_IN)
_NEEDED = (
    "id", "uuid", "number", "stage", "track", "filed_at", "version", "events_count", "head_hash",
    "assignee_id", "lead_unit_id", "clock_rung", "clock_beside", "clock_generation", "clock_since",
    "clock_spent", "clock_total", "clock_limit", "clock_calendar_id", "escalation", "overdue_at", "due_at",
    "plan_owed", "reply_from", "presence", "extensions", "condition_id",
)  # fmt: skip


class CaseTimers:
    """The handler of subjects "case:<id>"."""

    def hold(self, subjects: Collection[str]) -> Mapping[str, Case]:
        """The cases nobody holds, locked, with what a rung needs of them."""
        rows = Case.objects.filter(pk__in=_ids(subjects)).order_by("pk")
        held = rows_read(rows.select_for_update(skip_locked=True), _NEEDED)
        # Before a case is verified its track is that of its condition.
        unfiled = [case for case in held if case.condition_id and case.filed_at is None]
        if unfiled:
            conditions = FilingCondition.objects.in_bulk({case.condition_id for case in unfiled})
            for case in unfiled:
                case.condition = conditions[case.condition_id]
        return {subject_of(case.pk): case for case in held}

    def gone(self, subjects: Collection[str]) -> Collection[str]:
        """Those of which there is no case."""
        there = Case.objects.filter(pk__in=_ids(subjects)).values_list("pk", flat=True)
        return set(subjects) - {subject_of(pk) for pk in there}

    def fire(self, held: Mapping[str, Case], due: Sequence[Due], now: datetime) -> None:
        """Do what these timers say, of all cases together; then what is a step of its own: a task nobody took
        up goes to the pool, a suspension ends."""
        batch = Batch(rules_now(), now)
        for timer in due:
            if timer.rule != rule.SUSPENSION:
                rung_take(batch, held[timer.subject], timer)
        batch_write(batch)
        repeats_arm(batch)
        pooled = [timer for timer in due if timer.rule == rule.POOL]
        for case in _unattended([case for timer in pooled if _asks_for(case := held[timer.subject], timer)]):
            task_to_pool(case_id=case.pk, cause=UNATTENDED, now=now)
        for timer in due:
            if timer.rule == rule.SUSPENSION:
                _resume(held[timer.subject].pk, now)


def _asks_for(case: Case, timer: Due) -> bool:
    """Whether a timer still asks if somebody's task was taken up."""
    runs = case.clock_since is not None and timer.generation == case.clock_generation
    return runs and case.assignee_id is not None


def _unattended(cases: Sequence[Case]) -> list[Case]:
    """Those of which whoever has it has done nothing since, and nobody gave it to them by hand."""
    if not cases:
        return []
    here = CaseEvent.objects.filter(
        case__in=cases, from_stage=F("case__stage"), to_stage=F("case__stage"), at__gte=F("case__stage_since")
    )
    acted = here.filter(Q(actor=F("case__assignee")) | Q(action__in=_TAKEN_UP))
    attended = set(acted.values_list("case", flat=True))
    return [case for case in cases if case.pk not in attended]


def _ids(subjects: Collection[str]) -> list[int]:
    return [int(subject.partition(":")[2]) for subject in subjects]


def _resume(case_id: int, now: datetime) -> None:
    case = one_locked(Case.objects.filter(pk=case_id, suspended_until__lte=now))
    if case is not None:
        step_by_system(case=case, action=Action.RESUME, now=now)
