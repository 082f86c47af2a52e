"""Whether what was asked about a case, and by whom it was settled, is as the chain says."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.history.held import Held
from cases.history.said import Difference
from cases.models import CaseEvent, CaseRequest
from cases.workflow import Action, Verdict

A, Kind, State = Action, CaseRequest.Kind, CaseRequest.State
_ASKS = {
    A.REQUEST_SUSPENSION: Kind.SUSPENSION,
    A.REQUEST_EXTENSION: Kind.EXTENSION,
    A.APPEAL: Kind.APPEAL,
    A.OBJECT: Kind.OBJECTION,
}
_DECIDES = frozenset({A.DECIDE_SUSPENSION, A.DECIDE_EXTENSION, A.DECIDE_APPEAL, A.DECIDE_OBJECTION})
_VERDICTS = {Verdict.GRANT.value: State.GRANTED, Verdict.REFUSE.value: State.REFUSED}


def asked_differ(held: Held) -> Iterator[Difference]:
    """Requests with their decisions, supervisions with their replies, calls to the place, who joined."""
    asks = {row.asked_event: (row.kind, row.asked_by_id) for row in held.requests}
    yield from _compared(_asked(held.events), asks, _("The request made then is not as it was made."))
    decided = _("The request decided then was decided otherwise.")
    yield from _compared(_decided(held.events), _decisions(held), decided)
    made: tuple[tuple[Action, dict[int, Any], Any], ...] = (
        (A.SUPERVISE, {row.event: row.by_id for row in held.supervisions if not row.level},
         _("The supervision made then is not as it was made.")),
        (A.ASK_PRESENCE, {row.event: row.asked_by_id for row in held.calls},
         _("The call to the place made then is not as it was made.")),
        (A.ARRIVE, {r.arrival_event: r.arrived_by_id for r in held.calls if r.arrival_event},
         _("The arrival recorded then is not as it was recorded.")),
        (A.JOIN, {row.event: row.user_id for row in held.joiners},
         _("Who joined then is not the one who did.")),
    )  # fmt: skip
    climbed = {e.seq: e.data["supervision"] for e in held.events if e.action == A.ESCALATE and _climbs(e)}
    attached = {row.event: row.level for row in held.supervisions if row.level}
    yield from _compared(climbed, attached, _("The level of supervision reached then is not as it was."))
    for action, rows, sentence in made:
        said = {event.seq: event.actor_id for event in held.events if event.action == action}
        yield from _compared(said, rows, sentence)


def _climbs(event: CaseEvent) -> bool:
    return "supervision" in event.data


def _compared(said: dict[int, Any], rows: dict[int, Any], sentence: Any) -> Iterator[Difference]:
    for seq in sorted(said.keys() | rows.keys()):
        if seq not in said or seq not in rows or said[seq] != rows[seq]:
            yield Difference(seq, sentence)


def _asked(events: list[CaseEvent]) -> dict[int, Any]:
    return {e.seq: (_ASKS[A(e.action)].value, e.actor_id) for e in events if e.action in _ASKS}


def _decided(events: list[CaseEvent]) -> dict[int, Any]:
    return {
        event.seq: (
            event.data.get("asked_event"),
            _VERDICTS.get(event.data.get("verdict", "")),
            event.actor_id,
        )
        for event in events
        if event.action in _DECIDES
    }


def _decisions(held: Held) -> dict[int, Any]:
    return {
        row.decided_event: (row.asked_event, row.state, row.decided_by_id)
        for row in held.requests
        if row.decided_event is not None
    }
