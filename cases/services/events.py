"""Writing history: the next number, the hash of the one before it, under the case's lock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from cases.models import Case, CaseEvent, EventWords
from cases.words import Spoken, apart
from cases.workflow import Action
from core.history import link
from core.masking import has_phone


class EventFacts(TypedDict):
    """What an event says: who (``role`` they acted in), when, from where, and the step's own facts."""

    action: Action
    actor_id: int | None
    role: str
    now: datetime
    from_stage: str
    data: Mapping[str, Any]


def event_next(*, case: Case, **facts: Unpack[EventFacts]) -> tuple[CaseEvent, list[Spoken]]:
    """The next event of a case, unsaved, and the words said with it, which it holds as digests alone.

    The chain's head is moved on the case in memory.
    """
    data, said = apart(facts["data"])
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
        data=data,
        previous_hash=case.head_hash,
    )
    event.hash = link(event.previous_hash, event.chained(str(case.uuid)))
    case.events_count, case.head_hash = event.seq, event.hash
    return event, said


def event_save(*, event: CaseEvent, said: list[Spoken]) -> None:
    """Write an event of ``event_next`` with its words."""
    event.save(force_insert=True)
    if said:
        EventWords.objects.bulk_create(
            EventWords(
                event=event, field=one.field, text=one.text, salt=one.salt, numbered=has_phone(one.text)
            )
            for one in said
        )


def event_append(*, case: Case, **facts: Unpack[EventFacts]) -> CaseEvent:
    """Write the next event of a case; the caller saves the case, whose head has moved."""
    event, said = event_next(case=case, **facts)
    event_save(event=event, said=said)
    return event
