"""Writing history: the next number, the hash of the one before it, under the case's lock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from cases.models import Case, CaseEvent
from cases.workflow import Action
from core.history import link


class EventFacts(TypedDict):
    """What an event says: who (``role`` they acted in), when, from where, and the step's own facts."""

    action: Action
    actor_id: int | None
    role: str
    now: datetime
    from_stage: str
    data: Mapping[str, Any]


def event_next(*, case: Case, **facts: Unpack[EventFacts]) -> CaseEvent:
    """The next event of a case, unsaved, with the chain's head moved on the case in memory."""
    event = CaseEvent(
        case=case,
        seq=case.events_count + 1,
        action=facts["action"],
        actor_id=facts["actor_id"],
        role=facts["role"],
        at=facts["now"],
        from_stage=facts["from_stage"],
        to_stage=case.stage,
        version=case.version,
        data=dict(facts["data"]),
        previous_hash=case.head_hash,
    )
    event.hash = link(event.previous_hash, event.chained(str(case.uuid)))
    case.events_count, case.head_hash = event.seq, event.hash
    return event


def event_append(*, case: Case, **facts: Unpack[EventFacts]) -> CaseEvent:
    """Write the next event of a case; the caller saves the case, whose head has moved."""
    event = event_next(case=case, **facts)
    event.save(force_insert=True)
    return event
