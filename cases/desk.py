"""What the case page shows, put together from a handful of reads."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Unit, User
from accounts.roles import May, Role
from cases import selectors, wording
from cases.ladders import deadline_seen
from cases.limits import rules_now
from cases.models import Case, CaseClass, CaseEvent, ReporterContact, UnitPart
from cases.models.look import LookReason
from cases.models.photo import Purpose
from cases.offers import fields_shown, offered_steps
from cases.photos import shown
from cases.supervised import watches_told
from cases.veil import (
    cover_of,
    covered_case,
    covered_events,
    covered_parts,
    covered_plans,
    hides_numbers,
    is_inside,
)
from cases.workflow import STAGES, Action, Stage, Step, Track
from core.masking import masked_name, masked_phone
from grids.access import Access

_MAIN_PATH = (Stage.VERIFY, Stage.PLAN, Stage.APPROVE, Stage.DISPATCH, Stage.HANDLE, Stage.CHECK)
_GUESTS = {"resident": gettext_lazy("Resident"), "app": gettext_lazy("Another system")}


def case_page(access: Access, number: str, *, now: datetime, clear: bool = False) -> dict[str, Any]:
    """The context of the case page, in at most twelve queries; ``clear`` after a look behind the mask.

    Raises:
        NotFound: no such case in the scope.
    """
    case = selectors.case_in_clear(access, number)
    parts, inside = selectors.parts_of(case), is_inside(access, case)
    told = selectors.history_told(case)
    numbers = hides_numbers(case, told)
    cover = cover_of(case)
    events = covered_events(told, cover, inside=inside, clear=clear)
    photos = [shown(photo) for photo in selectors.photos_of(case)]
    plans = list(selectors.plans_of(case))
    if not clear:
        covered_case(case), covered_parts(parts, cover), covered_plans(plans, cover)
    held = case.assignee_id not in (None, access.user_id)
    rules = rules_now()
    seen = deadline_seen(case, events, rules, now)
    offered = buttons(access, offered_steps(access, case, parts, rules), parts, held=held)
    return {
        "case": case,
        "parts": parts,
        "plans": plans,
        "photos": photos,
        "compare": before_and_after(photos),
        "buttons": offered,
        "asks": any(not button["more"] for button in offered),
        "more": any(button["more"] for button in offered),
        "asked": wording.asked(case.stage),
        "mine": case.assignee_id is not None and case.assignee_id == access.user_id,
        "standing": seen.standing,
        "seen": seen,
        "watches": watches_told(case, events, now),
        "loop": loop(case),
        "timeline": timeline(case, events, photos, parts),
        "inside": inside,
        **_reporter(access, case, numbers),
    }


def _reporter(access: Access, case: Case, numbers: bool) -> dict[str, Any]:
    if not access.may_in(May.SEE_REPORTER, case.area_ids):
        return {"may_reveal": False}
    reasons = list(LookReason.choices)
    contact: ReporterContact | None = getattr(case, "contact", None)
    if contact is None:
        return {"may_reveal": numbers, "reveal_reasons": reasons}
    name, phone = masked_name(contact.name), masked_phone(contact.phone)
    return {"may_reveal": True, "reveal_reasons": reasons, "contact": {"name": name, "phone": phone}}


def buttons(
    access: Access, steps: Iterable[Step], parts: Sequence[UnitPart], *, held: bool = False
) -> list[dict[str, Any]]:
    """The offered steps as buttons: the one that moves the case on first, what is rarely needed last.

    ``more`` are those that stand beside the path and are folded away. A task that is ``held`` by somebody
    else is taken over on a page that says so, never by one press.
    """
    made = [
        {
            "action": step.action.value,
            "key": str(uuid4()),
            "label": step.action.label,
            "danger": step.action in wording.DANGERS,
            "at_once": not fields_shown(access, step, parts) or (step.action is Action.CLAIM and not held),
            "confirm": wording.warned(step.action),
            "main": step.action.value in _ONWARD,
            "more": step.action in _BESIDE,
        }
        for step in steps
    ]
    return sorted(made, key=lambda button: (not button["main"], bool(button["danger"])))


_ONWARD = (
    "verify", "submit_plan", "approve", "dispatch", "assign_units", "sign_for", "finish", "hand_in", "pass",
    "close", "decide_suspension", "decide_extension", "decide_appeal", "decide_objection", "arrive", "reply",
)  # fmt: skip
A = Action
_BESIDE = frozenset({
    A.MOVE, A.MERGE, A.UNMERGE, A.TRANSFER, A.CORRECT, A.REQUEST_SUSPENSION, A.REQUEST_EXTENSION, A.RESUME,
    A.ASK_PRESENCE, A.SUPERVISE, A.REMIND, A.NOTE, A.JOIN, A.APPEAL, A.REOPEN, A.CLOSE_FORCED, A.VOID,
})  # fmt: skip


def before_and_after(photos: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The first photo from before (or of the report) and the last from after, if there are both."""
    after = [photo for photo in photos if photo["purpose"] == Purpose.AFTER]
    before = [photo for photo in photos if photo["purpose"] == Purpose.BEFORE]
    before = before or [photo for photo in photos if photo["purpose"] == Purpose.SCENE]
    return {"before": before[0], "after": after[-1]} if before and after else None


def loop(case: Case) -> list[dict[str, Any]]:
    """Where the case stands on its path, for the row of dots."""
    path = list(_MAIN_PATH)
    if case.track in (Track.DIRECT, Track.EMERGENCY) and case.filed_at:
        path = [Stage.VERIFY, Stage.HANDLE, Stage.CHECK]
    if case.fixed_on_the_spot:
        path = [Stage.VERIFY, Stage.CHECK]
    if case.somebody_to_call and not case.fixed_on_the_spot:
        path.append(Stage.CALL_BACK)
    now = Stage(case.stage)
    path += [Stage.CLOSED if now in STAGES else now]
    at = path.index(now) if now in path else 0
    done = now not in STAGES
    states = ["done" if i < at or done else "now" if i == at else "" for i in range(len(path))]
    return [{"label": stage.label, "state": state} for stage, state in zip(path, states, strict=True)]


def timeline(
    case: Case,
    events: Sequence[CaseEvent],
    photos: Sequence[dict[str, Any]],
    parts: Sequence[UnitPart],
) -> list[dict[str, Any]]:
    """The history in sentences, newest last. Who took a step may be covered already."""
    names = names_for(case, events, parts)
    by_event: dict[int, list[dict[str, Any]]] = {}
    for photo in photos:
        by_event.setdefault(photo["event_seq"], []).append(photo)
    return [
        {
            "title": wording.happened(event.action, event.data, names),
            "text": wording.told(event.action, event.data, names),
            "who": who_took(event),
            "at": event.at,
            "icon": wording.icon_of(event.action, event.data),
            "tone": wording.tone_of(event.action, event.data),
            "photos": by_event.get(event.seq, []),
        }
        for event in events
    ]


def who_took(event: CaseEvent) -> str:
    """Role and name of whoever took a step."""
    if event.role in _GUESTS:
        return str(_GUESTS[event.role])
    role = str(Role(event.role).label) if event.role in Role.values else ""
    name = "" if event.actor is None else str(event.actor)
    return " · ".join(word for word in (role, name) if word) or _("The system")


def names_for(case: Case, events: Iterable[CaseEvent], parts: Iterable[UnitPart]) -> wording.Names:
    """Words for every code the events name, in at most three queries."""
    people = {event.actor_id: str(event.actor) for event in events if event.actor_id and event.actor}
    units = {part.unit.code: part.unit.name for part in parts}
    classes = {case.case_class.key: str(case.case_class)} if case.case_class else {}
    data = [event.data for event in events]
    codes = {d.get("lead_unit") for d in data} | {c for d in data for c in d.get("assisting_units") or []}
    if unknown := {code for code in codes if code} - units.keys():
        units |= dict(Unit.objects.filter(code__in=unknown).values_list("code", "name"))
    named = {d[key] for d in data for key in ("person", "deputy_of") if d.get(key)}
    if strangers := named - people.keys():
        people |= {person.pk: str(person) for person in User.objects.filter(pk__in=strangers)}
    if others := {d["class"] for d in data if d.get("class")} - classes.keys():
        found = CaseClass.objects.filter(code__in=[key.partition("-")[2] for key in others])
        classes |= {row.key: str(row) for row in found}
    return wording.Names(people, units, classes)
