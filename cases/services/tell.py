"""What a step says to the rest of the house, through the outbox."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.roles import Role
from cases.models import Case, CaseEvent
from cases.services.work import Work
from cases.veil import cover_of
from cases.workflow import STAGES, Action, Stage
from core.services.outbox import outbox_emit

_TOPICS = {
    Action.REPORT: "case.reported",
    Action.REPORT_FIXED: "case.filed",
    Action.FIX_NOW: "case.filed",
    Action.VERIFY: "case.filed",
    Action.REJECT: "case.rejected",
    Action.PASS: "case.checked",
    Action.MERGE: "case.merged",
}


def step_tell(*, work: Work, event: CaseEvent, previous_assignee: int | None) -> None:
    """Emit what a step did, as ``event_tell`` does.

    A ``quiet`` step is one long past, replayed or made up: it counts, but nobody is to hear of it now.
    """
    event_tell(
        case=work.case,
        event=event,
        previous_assignee=previous_assignee,
        now=work.now,
        told=work.told,
        quiet=work.quiet,
    )


def event_tell(
    *,
    case: Case,
    event: CaseEvent,
    previous_assignee: int | None,
    now: datetime,
    told: Mapping[str, list[int]] | None = None,
    quiet: bool = False,
) -> None:
    """Emit what happened: ``case.step``, which fills inboxes, and the topics higher rooms listen to; also of
    an event that no step stands behind."""
    topics = [] if quiet else ["case.step"]
    if topic := _TOPICS.get(Action(event.action)):
        topics.append(topic)
    if case.stage == Stage.CLOSED and event.from_stage != Stage.CLOSED:
        topics.append("case.closed")
    payload = {
        "number": case.number,
        "uuid": str(case.uuid),
        "action": event.action,
        "event": event.seq,
        "from": event.from_stage,
        "to": event.to_stage,
        "actor": event.actor_id,
        "reporter": case.reporter_id,
        "assignee": case.assignee_id if case.assignee_id != previous_assignee else None,
        "told": dict(told or {}),
        "due": case.due_at.isoformat() if case.due_at else "",
        **_hands(case, event, previous_assignee),
        "class": case.case_class.name if case.case_class else "",
        # It becomes a notice, which anybody concerned reads.
        "address": cover_of(case)(case.address),
        "reason": event.data.get("reject_reason", ""),
        "subject": [case.subject_kind, case.subject_id],
    }
    outbox_emit(topics=topics, subject=f"case:{case.number}", payload=payload, now=now)


def _hands(case: Case, event: CaseEvent, previous: int | None) -> dict[str, Any]:
    """From whom a task was taken, and whose pool it came into."""
    stays, taken = event.from_stage == event.to_stage, previous not in (None, case.assignee_id)
    spec = STAGES.get(Stage(case.stage))
    pooled = bool(spec and spec.named and case.assignee_id is None and (taken or not stays))
    facts: dict[str, Any] = {"former": previous if stays and taken else None, "pool": None}
    if pooled and Role.OFFICER in (spec.owners if spec else ()):
        facts["pool"] = {"street": case.street_id}
    elif pooled and stays and case.stage == Stage.HANDLE:
        # A unit's queue is where its work arrives; its head hears only of what somebody had.
        facts["pool"] = {"unit": case.lead_unit_id}
    return facts
