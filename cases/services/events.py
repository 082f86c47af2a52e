"""Writing history: the next number, the hash of the one before it, under the case's lock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.models import Case, CaseEvent
from cases.workflow import Action
from core.history import link


def event_append(
    *,
    case: Case,
    action: Action,
    actor_id: int | None,
    role: str,
    now: datetime,
    from_stage: str,
    data: Mapping[str, Any],
) -> CaseEvent:
    """Append one event and move the chain's head on the case in memory; the caller saves the case."""
    event = CaseEvent(
        case=case,
        seq=case.events_count + 1,
        action=action,
        actor_id=actor_id,
        role=role,
        at=now,
        from_stage=from_stage,
        to_stage=case.stage,
        version=case.version,
        data=dict(data),
        previous_hash=case.head_hash,
    )
    event.hash = link(event.previous_hash, event.chained(str(case.uuid)))
    event.save(force_insert=True)
    case.events_count, case.head_hash = event.seq, event.hash
    return event
