"""The page of a step or report: its fields as widgets, with what was typed and what was refused."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from cases import choices, policies, wording
from cases.desk import timeline
from cases.forgetting import to_be_forgotten
from cases.forms import PHOTO_FIELDS, RefusedForm, class_choices, step_form
from cases.lamps import standing_of
from cases.limits import rules_now
from cases.models import ActionPlan, Case, Photo, PlanTemplate, UnitPart
from cases.offers import fields_shown
from cases.parts import recorded_parts
from cases.permissions import check_may_take
from cases.photos import addresses, shown
from cases.plan_selectors import templates_of
from cases.policies.windows import handling_until
from cases.selectors import (
    case_for,
    case_in_clear,
    events_of,
    events_told,
    parts_of,
    photos_of,
    plans_of,
)
from cases.template_reads import filled_from
from cases.veil import cover_of, covered_events, covered_plans, is_inside
from cases.workflow import BIRTHS, BY_ACTION, STEPS, Action, Stage, Step
from core.errors import CityError, KeyReused
from grids.access import Access

_KINDS = dict.fromkeys(PHOTO_FIELDS, "photos") | {
    "position": "position",
    "case_class": "class",
    "condition": "condition",
    "comments": "comments",
    "photos_gone": "photo_choice",
    "template": "template",
}


def fields_of(action: str) -> tuple[str, ...]:
    """Every field any row of the table takes for this action."""
    return tuple(dict.fromkeys(name for step in STEPS if step.action == action for name in step.fields))


def step_page(
    access: Access,
    number: str,
    action: str,
    *,
    now: datetime,
    data: QueryDict | None = None,
    error: CityError | None = None,
    asked: QueryDict | None = None,
) -> dict[str, Any]:
    """The context of a step's form. With ``error`` the form is shown again, even if the step is gone.

    ``asked`` is the address's query: ``template`` names the template a plan is filled in from.

    Raises:
        NotFound: no such case in the scope. CityError: the step is not open to this person now.
    """
    case = case_for(access, number)
    parts = parts_of(case)
    step = _step(case, action, access, parts, error)
    plans = covered_plans(plans_of(case)[:1], cover_of(case))
    templates = templates_of(case) if step.action is Action.SUBMIT_PLAN else []
    data, later = _confirming(data, step, case), _later_than(case, step, plans, now)
    form = step_form(
        _asked(access, step, parts, later),
        required=step.needs,
        choices=_choices(step, access, case, parts, now),
        data=data,
        initial=_initial(step, case, plans) | _filled(templates, asked, now),
        action=step.action,
    )
    page = form_context(form, step, data=data, error=error, geojson_url=_place(case))
    page |= _of_plan(plans, data) | {"templates": templates, "later_than": later}
    return page | {
        **_of_case(case, step, now),
        "held": "held_by" in step.fields and case.assignee_id != access.user_id and case.assignee,
        "template": _template_named(templates, form, error),
        "asked_for": _asked_for(access, case, step, parts),
        "lost": _lost(access, number, step, data),
    }


def _of_plan(plans: Sequence[ActionPlan], data: QueryDict | None) -> dict[str, Any]:
    if not plans:
        return {"plan": None, "comment_lines": []}
    return {"plan": plans[0], "comment_lines": comment_lines(plans[0].measures.all(), data)}


def _of_case(case: Case, step: Step, now: datetime) -> dict[str, Any]:
    return {
        "case": case,
        "standing": standing_of(case, now),
        "warned": wording.warned(step.action),
        "danger": step.action in wording.DANGERS,
        "version": case.version,
        "upload_url": reverse("cases:photo_upload"),
        "centre": {"lon": case.lon, "lat": case.lat},
        "made_up": case.grid.made_up,
        "photos": [shown(photo) for photo in photos_of(case)],
    }


# The step a decision or reply looks back at: what was asked stands above its form.
_LOOKS_BACK = {
    Action.DECIDE_SUSPENSION: Action.REQUEST_SUSPENSION,
    Action.DECIDE_EXTENSION: Action.REQUEST_EXTENSION,
    Action.DECIDE_APPEAL: Action.APPEAL,
    Action.DECIDE_OBJECTION: Action.OBJECT,
    Action.REPLY: Action.SUPERVISE,
    Action.ARRIVE: Action.ASK_PRESENCE,
}


def _asked_for(access: Access, case: Case, step: Step, parts: Sequence[UnitPart]) -> list[dict[str, Any]]:
    asking = _LOOKS_BACK.get(step.action)
    if asking is None:
        return []
    asked = events_told(events_of(case).filter(action=asking).order_by("-seq")[:1])
    events = covered_events(asked, cover_of(case), inside=is_inside(access, case))
    seen = [shown(photo) for photo in photos_of(case) if events and photo.event_seq == events[0].seq]
    return timeline(case, events, seen, parts)


class Clause(Protocol):
    """A measure of any plan."""

    @property
    def seq(self) -> int: ...

    @property
    def text(self) -> str: ...


def comment_lines(measures: Iterable[Clause], data: QueryDict | None) -> list[dict[str, Any]]:
    """Each measure with what was typed about it."""
    typed = data or QueryDict()
    return [{"measure": m, "typed": typed.get(f"comment_{m.seq}", "")} for m in measures]


def _confirming(data: QueryDict | None, step: Step, case: Case) -> QueryDict | None:
    """What was sent, but pressing again confirms whose task the page says it is now, not what it said."""
    if data is None or "held_by" not in step.fields:
        return data
    anew = data.copy()
    anew["held_by"] = policies.holder_of(case)
    return anew


def _later_than(case: Case, step: Step, plans: Sequence[ActionPlan], now: datetime) -> datetime | None:
    """When the handling limit would end at the latest known now, where the plan to approve goes past it."""
    if "past_limit" not in step.fields or not plans:
        return None
    ends = handling_until(case, plans[0].lead_unit, rules_now(), now)
    return ends if ends and plans[0].finish_by > ends else None


def _asked(access: Access, step: Step, parts: Sequence[UnitPart], later: datetime | None) -> list[str]:
    """The fields of the form: why a part is missing, and whether a date after the limit counts, are asked
    only where that is so."""
    missing = any(p.active and p.kind == UnitPart.Kind.ASSISTING and not p.handed_in_at for p in parts)
    return [
        name
        for name in fields_shown(access, step, parts)
        if (missing or (step.action, name) != (Action.FINISH, "reason")) and (later or name != "past_limit")
    ]


def report_page(
    action: Action, *, data: QueryDict | None = None, error: CityError | None = None, units: bool = False
) -> dict[str, Any]:
    """The context of a report by staff; the caller's name and number only where ``units`` take calls."""
    step = next(step for step in BIRTHS if step.action is action)
    names = [name for name in step.fields if units or not name.startswith("reporter_")]
    form = step_form(
        names, required=step.needs, choices={"case_class": class_choices(choices.classes())}, data=data
    )
    page = form_context(form, step, data=data, error=error, geojson_url=reverse("cases:areas_map"))
    return page | {"upload_url": reverse("cases:photo_upload"), "auto": True, "made_up": True}


def form_context(
    form: RefusedForm,
    step: Step,
    *,
    data: QueryDict | None,
    error: CityError | None,
    geojson_url: str,
) -> dict[str, Any]:
    """What ``cases/fields.html`` draws: one item a field, in the order in which it is filled in."""
    if isinstance(error, KeyReused):
        # What a client of the API has to do about it stands in the sentence; the page has done it already.
        error = KeyReused(_SENT_BEFORE)
    if error:
        form.refuse(error)
    names = sorted(form.fields, key=lambda name: _ORDER.get(name, 9))
    chosen = str(form["case_class"].value() or "") if "case_class" in form.fields else ""
    sent = data.get("key", "") if data and not isinstance(error, KeyReused) else ""
    return {
        "form": form,
        "action": step.action.value,
        "title": step.action.label,
        "items": [_item(form, name, data) for name in names],
        "conditions": choices.conditions_of(chosen) if chosen and "condition" in form.fields else [],
        "chosen": chosen,
        "typed": data or {},
        "key": sent or str(uuid4()),
        "error": error,
        "geojson_url": geojson_url,
    }


_SENT_BEFORE = _(
    "This form was sent before with other words, and what was sent then stands. If you want to send this "
    "as well, press the button once more."
)
# Photos and place come first: they are why one stands there.
_ORDER = {"photos": 0, "photos_before": 0, "photos_after": 1, "no_photo_reason": 2, "position": 3}
_ORDER |= {
    "no_position_reason": 4,
    "case_class": 5,
    "condition": 6,
    "reject_reason": 0,
    "result": 7,
    "reason": 8,
}
_FOLDED = frozenset({"no_photo_reason", "no_position_reason"})


def _item(form: RefusedForm, name: str, data: QueryDict | None) -> dict[str, Any]:
    kept = [addresses(i) for i in data.getlist(name) if len(i) == 36] if data and name in PHOTO_FIELDS else []
    return {
        "name": name,
        "kind": _KINDS.get(name, "field"),
        # What is seldom needed lies folded, until it holds something or is asked for.
        "folded": name in _FOLDED,
        "unfolded": bool(form[name].errors or (data and data.get(name))),
        "field": form[name],
        "file_name": f"{name}_files",
        "ids": kept,
        "required": form.fields[name].required,
    }


def _step(
    case: Case, action: str, access: Access, parts: Sequence[UnitPart], error: CityError | None
) -> Step:
    if error is None:
        step = policies.check_offered(case, action)
        check_may_take(access, case, step, parts)
        policies.check_when(case, step, access, parts, rules_now())
        return step
    here = BY_ACTION.get((Action(action), Stage(case.stage))) if action in Action.values else None
    found = here or next((step for step in STEPS if step.action == action and step.sources), None)
    if found is None:
        raise error
    return found


def _choices(
    step: Step, access: Access, case: Case, parts: Sequence[UnitPart], now: datetime
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "case_class" in step.fields:
        found["case_class"] = class_choices(choices.classes())
    if "lead_unit" in step.fields:
        found["units"] = choices.units_in(case.district.code, class_id=case.case_class_id)
    if "unit" in step.fields:
        units = [part.unit for part in recorded_parts(parts, step.part)]
        found["unit"] = [(unit.code, unit.name) for unit in units]
    if "into" in step.fields:
        found["into"] = choices.cases_to_merge_into(access, case)
    if "photos_gone" in step.fields:
        found["photos_gone"] = [(photo.pk, _thumb(photo)) for photo in photos_of(case)]
    if "person" in step.fields:
        found["person"] = choices.people_for(access, case, parts, now=now)
    return found


def _initial(step: Step, case: Case, plans: Sequence[ActionPlan]) -> dict[str, Any]:
    initial: dict[str, Any] = {}
    if step.action in (Action.VERIFY, Action.FIX_NOW) and case.case_class:
        initial["case_class"] = case.case_class.key
        initial["condition"] = case.condition.seq if case.condition else None
    if "held_by" in step.fields:
        initial["held_by"] = policies.holder_of(case)
    if step.action is Action.SUBMIT_PLAN and plans:
        initial["measures"] = "\n".join(measure.text for measure in plans[0].measures.all())
        initial["lead_unit"] = plans[0].lead_unit.code
        initial["assisting_units"] = [unit.code for unit in plans[0].assisting_units.all()]
        initial["finish_by"] = localtime(plans[0].finish_by).strftime("%Y-%m-%dT%H:%M")
    return initial


def _thumb(photo: Photo) -> SafeString:
    picture = '<img src="{}" alt="" width="160" height="120" loading="lazy"> {}'
    return format_html(picture, addresses(photo.pk)["thumb_url"], photo.get_purpose_display())


def _lost(access: Access, number: str, step: Step, data: QueryDict | None) -> dict[str, Any] | None:
    if step.action is not Action.FORGET:
        return None
    struck = data.get("strike", "").splitlines() if data else []
    return to_be_forgotten(case_in_clear(access, number), struck)


def _filled(templates: Sequence[PlanTemplate], asked: QueryDict | None, now: datetime) -> dict[str, Any]:
    """The fields as the template named in the address fills them; nothing when it names none of these."""
    wanted = (asked or QueryDict()).get("template", "")
    template = next((row for row in templates if str(row.pk) == wanted), None)
    return filled_from(template, now) if template else {}


def _template_named(
    templates: Sequence[PlanTemplate], form: RefusedForm, error: CityError | None
) -> PlanTemplate | None:
    """The template the form goes on naming: one refused is dropped, so that sending again goes through."""
    if "template" not in form.fields or (error and "template" in form.errors):
        return None
    return next((row for row in templates if row.ref == form["template"].value()), None)


def _place(case: Case) -> str:
    return reverse("cases:place", args=[case.number])
