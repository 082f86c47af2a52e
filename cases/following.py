"""What a stranger sees of a case: its stage in plain words and when it moved. No people, no inner notes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.http import QueryDict
from django.utils.translation import gettext

from cases import wording
from cases.forms import PHOTO_FIELDS, raw_of, step_form
from cases.inputs import Place, clean_named
from cases.limits import rules_now
from cases.models import Case, CaseEvent
from cases.policies import check_when, permits
from cases.public_reads import code_clean, join_token, public_similar, survivor_of
from cases.selectors import events_of
from cases.workflow import DONE, REJECT_REASONS, Guest, Stage, Step, steps_from
from core.errors import BadInput
from grids.access import Access


def public_page(case: Case, *, code: str, now: datetime) -> dict[str, Any]:
    """The context of the public page, for the holder of ``code``: the reporter, or one who joined."""
    own, goes_on = case.follow_code == code_clean(code), survivor_of(case)
    moves = [event for event in events_of(case) if event.from_stage != event.to_stage]
    rejected = next((e.data.get("reject_reason", "") for e in moves if e.to_stage == Stage.REJECTED), "")
    return {
        "code": code_clean(code),
        "joined": not own,
        "steps": _own_steps(case, now) if own else [],
        "version": case.version,
        "goes_on": None if goes_on is case else wording.plain(goes_on.stage),
        "forget_asked": case.forget_asked_at,
        "stage": case.stage,
        "stage_label": case.get_stage_display(),
        "plain": wording.plain(case.stage),
        "done": case.stage in DONE,
        "reason": REJECT_REASONS.get(rejected, ""),
        "class_name": str(case.case_class) if case.case_class else "",
        "place": f"{case.street.name} {case.community.short_name or case.community.name}",
        "opened_at": case.opened_at,
        "moves": _lines(moves),
    }


def _own_steps(case: Case, now: datetime) -> list[dict[str, Any]]:
    """The steps the reporter can take by code now, each with its form."""
    access, rules = Access(at=now), rules_now()
    open_now = [
        step
        for step in steps_from(Stage(case.stage))
        if Guest.REPORTER in step.guests and permits(check_when, case, step, access, (), rules)
    ]
    return [own_step(step) for step in open_now]


def own_step(step: Step) -> dict[str, Any]:
    """A step of the reporter's own as the page draws it: what it is called and its form."""
    names = [name for name in step.fields if name not in PHOTO_FIELDS]
    form = step_form(names, required=step.needs, choices={}, action=step.action)
    return {"action": step.action.value, "label": step.action.label, "form": form, "key": str(uuid4())}


def near_to(post: QueryDict, now: datetime) -> list[dict[str, Any]]:
    """Open cases near the place of a report, as a stranger may see them; none while the place is unknown."""
    try:
        given = clean_named(("position",), raw_of(("position",), post), Place())
    except BadInput:
        return []
    if given.position is None:
        return []
    found = public_similar(lon=given.position.lon, lat=given.position.lat, now=now)
    return [
        {
            "token": join_token(case),
            "title": str(case.case_class),
            "place": case.community.short_name or case.community.name,
            "distance": f"{round(metres)} m",
            "at": case.opened_at,
            "plain": wording.plain(case.stage),
        }
        for case, metres in found
    ]


# Between these a case may go to and fro inside the house; to a stranger each is one line, the last time.
_INSIDE = frozenset({Stage.VERIFY, Stage.PLAN, Stage.APPROVE, Stage.DISPATCH})


def _lines(moves: Sequence[CaseEvent]) -> list[dict[str, Any]]:
    """One line for each stage the case came to; what was done again says so."""
    last = {event.to_stage: event.seq for event in moves}
    lines: list[dict[str, Any]] = []
    seen: set[str] = set()
    for event in moves:
        stage, words = event.to_stage, str(wording.plain(event.to_stage))
        if stage in _INSIDE and event.seq != last[stage]:
            continue
        if stage in seen:
            words = gettext("Once more: %(line)s") % {"line": words}
        seen.add(stage)
        lines.append({"at": event.at, "title": words})
    return lines
