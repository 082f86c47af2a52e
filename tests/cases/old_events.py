"""Events as they were written before words stood apart: the words in clear inside the chain."""

from cases.models import Case, CaseEvent
from cases.workflow import Action
from core.history import link


def noted_in_clear(case: Case, text: str) -> Case:
    """The case with one more note of that kind, chained as it was then."""
    event = CaseEvent(
        case=case, seq=case.events_count + 1, action=Action.NOTE, at=case.stage_since, from_stage=case.stage,
        to_stage=case.stage, version=case.version, data={"text": text}, previous_hash=case.head_hash,
    )  # fmt: skip
    event.hash = link(event.previous_hash, event.chained(str(case.uuid)))
    event.save()
    case.takers = case.takers | {Action.NOTE.value: None}
    case.events_count, case.head_hash = event.seq, event.hash
    case.save()
    return case
