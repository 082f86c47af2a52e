"""How the timers of cases fire: many cases in one go, each table written once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from cases import deadlines as rule
from cases.limits import rules_now
from cases.models import Case
from cases.selectors import one_locked
from cases.services.advance import step_by_system
from cases.services.clocks import subject_of
from cases.services.rungs.taking import BESIDE, Batch, batch_write, rung_take
from cases.workflow import Action
from core.timers import Due, Missed

KIND = "case"
MISSED: Mapping[str, Missed] = {
    # After an outage the highest rung says it all; what was missed below it is recorded.
    rule.STAGE: Missed.HIGHEST,
    **dict.fromkeys((*BESIDE, rule.SUSPENSION), Missed.EACH),
}
_NEEDED = (
    "uuid", "number", "stage", "track", "filed_at", "version", "events_count", "head_hash",
    "assignee_id", "lead_unit_id", "clock_rung", "clock_beside", "clock_generation", "clock_since",
    "clock_spent", "clock_total", "clock_limit", "clock_calendar_id", "escalation", "overdue_at", "due_at",
    "plan_owed", "reply_from", "presence", "extensions", "condition_id", "condition__track",
)  # fmt: skip


class CaseTimers:
    """The handler of subjects "case:<id>"."""

    def hold(self, subjects: Collection[str]) -> Mapping[str, Case]:
        """The cases nobody holds, locked, with what a rung needs of them."""
        rows = Case.objects.filter(pk__in=_ids(subjects)).select_related("condition").only(*_NEEDED)
        held = rows.order_by("pk").select_for_update(of=("self",), skip_locked=True)
        return {subject_of(case.pk): case for case in held}

    def gone(self, subjects: Collection[str]) -> Collection[str]:
        """Those of which there is no case."""
        there = Case.objects.filter(pk__in=_ids(subjects)).values_list("pk", flat=True)
        return set(subjects) - {subject_of(pk) for pk in there}

    def fire(self, held: Mapping[str, Case], due: Sequence[Due], now: datetime) -> None:
        """Do what these timers say, of all cases together; the end of a suspension is a step of its own."""
        batch = Batch(rules_now(), now)
        for timer in due:
            if timer.rule != rule.SUSPENSION:
                rung_take(batch, held[timer.subject], timer)
        batch_write(batch)
        for timer in due:
            if timer.rule == rule.SUSPENSION:
                _resume(held[timer.subject].pk, now)


def _ids(subjects: Collection[str]) -> list[int]:
    return [int(subject.partition(":")[2]) for subject in subjects]


def _resume(case_id: int, now: datetime) -> None:
    case = one_locked(Case.objects.filter(pk=case_id, suspended_until__lte=now))
    if case is not None:
        step_by_system(case=case, action=Action.RESUME, now=now)
