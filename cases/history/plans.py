"""Whether plans and units' parts are as the chain says."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.history.held import Held
from cases.history.said import Difference
from cases.models import ActionPlan, CaseEvent, UnitPart
from cases.workflow import Action

A = Action
_DECISIONS = {A.APPROVE: ActionPlan.State.APPROVED, A.RETURN_PLAN: ActionPlan.State.RETURNED}
_ENDS = frozenset({A.REJECT, A.SEND_BACK, A.TRANSFER, A.RETURN_DISPATCH, A.REOPEN})
# Steps known to leave the parts where they are; after any other nothing is said of who holds one.
_KEEPS = frozenset({
    A.CLAIM, A.ASSIGN, A.CORRECT, A.SUBMIT_PLAN, A.APPROVE, A.RETURN_PLAN, A.SIGN_FOR, A.HAND_IN, A.FINISH,
    A.PASS, A.REWORK, A.CLOSE, A.DISSATISFIED, A.NOTE, A.FIX_NOW, A.MOVE, A.MERGE, A.UNMERGE, A.ABSORB,
    A.REQUEST_SUSPENSION, A.DECIDE_SUSPENSION, A.RESUME, A.REQUEST_EXTENSION, A.DECIDE_EXTENSION, A.ANSWER,
    A.ASK_PRESENCE, A.ARRIVE, A.SUPERVISE, A.REPLY, A.REMIND, A.JOIN, A.APPEAL, A.DECIDE_APPEAL, A.OBJECT,
    A.DECIDE_OBJECTION, A.CLOSE_FORCED, A.VOID, A.FORGET,
    A.RESCOPE, A.REASSIGN, A.RELEASE, A.ESCALATE, A.REARM,
})  # fmt: skip


def plans_differ(held: Held) -> Iterator[Difference]:
    """Versions, measures, units, dates and decisions of the action plans."""
    rows = {plan.version: plan for plan in held.plans}
    for event in held.events:
        if not _is_submission(held.told(event)):
            continue
        row = rows.pop(event.data["plan"], None)
        if row is None:
            yield Difference(event.seq, _of(event, _("Plan version {plan} is gone.")))
        else:
            yield from _plan_differs(held, event, row)
    for version in rows:
        sentence = format_lazy(_("Plan version {plan} is there, and nobody submitted it."), plan=version)
        yield Difference(held.events[-1].seq, sentence)


def _is_submission(told: Mapping[str, Any]) -> bool:
    return isinstance(told.get("measures"), list) and "plan" in told


def _of(event: CaseEvent, sentence: Any) -> Any:
    return format_lazy(sentence, plan=event.data["plan"])


def _plan_differs(held: Held, event: CaseEvent, row: ActionPlan) -> Iterator[Difference]:
    measures = sorted(row.measures.all(), key=lambda measure: measure.seq)
    if [measure.text for measure in measures] != held.told(event)["measures"]:
        yield Difference(
            event.seq, _of(event, _("The measures of plan version {plan} are not those submitted."))
        )
    units = (row.lead_unit.code, sorted(unit.code for unit in row.assisting_units.all()))
    if units != (event.data.get("lead_unit"), sorted(event.data.get("assisting_units") or [])):
        yield Difference(
            event.seq, _of(event, _("The units of plan version {plan} are not those submitted."))
        )
    if row.finish_by != _moment(event.data.get("finish_by")):
        yield Difference(
            event.seq, _of(event, _("The finish date of plan version {plan} is not that submitted."))
        )
    if (row.author_id, row.submitted_at) != (event.actor_id, event.at):
        yield Difference(
            event.seq,
            _of(event, _("Plan version {plan} was submitted by somebody else, or at another time.")),
        )
    yield from _decision_differs(held, event, row, {str(m.seq): m.comment for m in measures if m.comment})


def _moment(said: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(said))
    except ValueError:
        return None


def _decision_differs(
    held: Held, submitted: CaseEvent, row: ActionPlan, comments: dict[str, str]
) -> Iterator[Difference]:
    event = _decision_on(held.events, submitted)
    said: tuple[Any, ...] = (ActionPlan.State.SUBMITTED, None, None, "", {}, False)
    if event is not None:
        told = held.told(event)
        words = told.get("reason" if event.action == A.RETURN_PLAN else "text") or ""
        said = (
            _DECISIONS[A(event.action)],
            event.actor_id,
            event.at,
            words,
            told.get("comments") or {},
            bool(told.get("past_limit")),
        )
    if said != (row.state, row.approver_id, row.decided_at, row.decision, comments, row.past_limit):
        sentence = _("The decision on plan version {plan} is not the one that was taken.")
        yield Difference((event or submitted).seq, _of(submitted, sentence))


def _decision_on(events: list[CaseEvent], submitted: CaseEvent) -> CaseEvent | None:
    """The event that settled the plan submitted by an event."""
    later = events[submitted.seq :]
    wanted = submitted.data["plan"]
    return next((e for e in later if e.action in _DECISIONS and e.data.get("plan") == wanted), None)


def parts_differ(held: Held) -> Iterator[Difference]:
    """Who was ever sent, and who holds a part now."""
    sent = [event for event in held.events if _is_dispatch(held.told(event))]
    named = {pair: event.seq for event in sent for pair in _named(event)}
    rows = {(part.unit.code, part.kind) for part in held.parts}
    for pair in sorted(named.keys() - rows):
        sentence = format_lazy(_("The part of unit {unit} is gone."), unit=pair[0])
        yield Difference(named[pair], sentence)
    for pair in sorted(rows - named.keys()):
        sentence = format_lazy(_("Unit {unit} has a part, and nobody sent it."), unit=pair[0])
        yield Difference(held.events[-1].seq, sentence)
    last = sent[-1] if sent else None
    expected = _in_charge(held.events, last)
    active = {(part.unit.code, part.kind) for part in held.parts if part.active}
    if expected is not None and named.keys() == rows and active != expected:
        yield Difference(last.seq if last else 1, _("Other units hold a part than the history says."))


def _is_dispatch(told: Mapping[str, Any]) -> bool:
    return "assisting_units" in told and "lead_unit" in told and "measures" not in told


def _named(event: CaseEvent) -> set[tuple[str, str]]:
    assisting = {(code, UnitPart.Kind.ASSISTING.value) for code in event.data["assisting_units"] or ()}
    return assisting | {(event.data["lead_unit"], UnitPart.Kind.LEAD.value)}


def _in_charge(events: list[CaseEvent], sent: CaseEvent | None) -> set[tuple[str, str]] | None:
    """The parts in force after the last dispatch; None where an unknown step may have changed them."""
    later = [event.action for event in (events[sent.seq :] if sent else ())]
    if any(action in _ENDS for action in later):
        return set()
    if any(action not in _KEEPS for action in later):
        return None
    return _named(sent) if sent else set()
