"""The pages of campaigns: their contexts, and what was typed on them as the services take it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import QueryDict
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from cases.campaign_reads import Whole, offered, told_of, whole_campaign
from cases.choices import units_in
from cases.formpage import comment_lines
from cases.forms import RefusedForm, raw_of, step_form
from cases.lists import rows_of
from cases.models import CampaignPlan
from cases.plan_picks import Pick, picks_of, typed_picks
from cases.plan_selectors import cases_awaiting, check_may_choose
from cases.policies import permits
from cases.workflow import BY_ACTION, Action, Stage
from core.errors import CityError, KeyReused, NotFound
from grids.access import Access

_PLAN = ("measures", "lead_unit", "assisting_units", "finish_by")
_STEPS = {
    "approve": BY_ACTION[Action.APPROVE, Stage.APPROVE],
    "return_plan": BY_ACTION[Action.RETURN_PLAN, Stage.APPROVE],
    "dispatch": BY_ACTION[Action.DISPATCH, Stage.DISPATCH],
}
_TAKES = {"approve": ("text", "past_limit"), "return_plan": ("reason", "comments"), "dispatch": ()}


def may_plan(access: Access) -> bool:
    """Whether this person writes plans anywhere."""
    return permits(check_may_choose, access, Action.SUBMIT_PLAN)


def decision(action: str) -> Action:
    """The step of a decision on a campaign.

    Raises:
        NotFound: there is none of this name.
    """
    if action not in ("approve", "return_plan"):
        raise NotFound(_("There is no such step."))
    return Action(action)


def campaign_page(access: Access, campaign_id: UUID) -> dict[str, Any]:
    """The page of one campaign, in nine queries at most.

    Raises:
        NotAllowed: reads no campaigns at all. NotFound: none such in the scope.
    """
    whole = whole_campaign(access, campaign_id)
    return {
        "whole": whole,
        "campaign": whole.campaign,
        "plan": whole.plan,
        "measures": told_of(whole.plan),
        "earlier": [{"plan": plan, "measures": told_of(plan)} for plan in whole.plans[1:]],
        "rows": rows_of(whole.cases, access.at),
        "key": str(uuid4()),
    }


def open_page(
    access: Access,
    raw: Sequence[dict[str, Any]],
    *,
    data: QueryDict | None = None,
    error: CityError | None = None,
) -> dict[str, Any]:
    """The form of one plan for these cases; those that can't be seen or moved on are not listed.

    Raises:
        BadInput: no cases, or too many. NotAllowed: the person writes no plans anywhere.
        NotFound: none of the cases waits for a plan any more, before anything was sent.
    """
    picks = {pick.number: pick for pick in picks_of(list(raw))}
    waiting = cases_awaiting(access, Action.SUBMIT_PLAN)
    found = list(waiting.filter(number__in=picks).order_by("number"))
    if not found and error is None:
        raise NotFound(_("None of these cases waits for a plan any more. Go back to the list."))
    form = _form(found[0].district.code if found else "", data, {}, titled=True)
    kept = list(picks.values()) if error else [Pick(case.number, case.version) for case in found]
    return _form_page(form, kept, data, error) | {"rows": rows_of(found, access.at)}


def plan_page(
    access: Access, campaign_id: UUID, *, data: QueryDict | None = None, error: CityError | None = None
) -> dict[str, Any]:
    """The form of the next version of a campaign's plan.

    Raises:
        NotFound: none such in the scope, or it waits for no plan from this person.
    """
    whole = whole_campaign(access, campaign_id)
    picks = whole.offers.get("plan", []) if error else offered(whole, "plan")
    form = _form(whole.campaign.district.code, data, _initial(whole.plan), titled=False)
    numbers = {pick.number for pick in picks}
    rows = rows_of((case for case in whole.cases if case.number in numbers), access.at)
    return _form_page(form, picks, data, error) | _of(whole) | {"rows": rows}


def step_page(
    access: Access,
    campaign_id: UUID,
    action: str,
    *,
    data: QueryDict | None = None,
    error: CityError | None = None,
) -> dict[str, Any]:
    """The form of a step on all cases of a campaign.

    Raises:
        NotFound: none such in the scope, or the step is not open to this person now.
    """
    if action not in _STEPS:
        raise NotFound(_("There is no such step."))
    whole, step = whole_campaign(access, campaign_id), _STEPS[action]
    picks = whole.offers.get(action, []) if error else offered(whole, action)
    form = step_form(_TAKES[action], required=step.needs, choices={}, data=data)
    lines = comment_lines(told_of(whole.plan), data) if action == "return_plan" else []
    return (
        _form_page(form, picks, data, error)
        | _of(whole)
        | {"action": action, "title": step.action.label, "lines": lines}
    )


def _of(whole: Whole) -> dict[str, Any]:
    return {
        "whole": whole,
        "campaign": whole.campaign,
        "plan": whole.plan,
        "measures": told_of(whole.plan),
        "version": whole.campaign.version,
    }


def _form(
    district_code: str, data: QueryDict | None, initial: dict[str, Any], *, titled: bool
) -> RefusedForm:
    form = step_form(
        _PLAN,
        required=("measures", "lead_unit", "finish_by"),
        choices={"units": units_in(district_code)},
        data=data,
        initial=initial,
    )
    if titled:
        title = forms.CharField(label=_("Title of the campaign"), max_length=80)
        form.fields = {"title": title, **form.fields}
    return form


def _initial(plan: CampaignPlan) -> dict[str, Any]:
    return {
        "measures": "\n".join(plan.measures),
        "lead_unit": plan.lead_unit.code,
        "assisting_units": [unit.code for unit in plan.assisting_units.all()],
        "finish_by": localtime(plan.finish_by).strftime("%Y-%m-%dT%H:%M"),
    }


def _form_page(
    form: RefusedForm, picks: Sequence[Pick], data: QueryDict | None, error: CityError | None
) -> dict[str, Any]:
    if error:
        form.refuse(error)
    sent = data.get("key", "") if data and not isinstance(error, KeyReused) else ""
    return {
        "form": form,
        "picks": picks,
        "key": sent or str(uuid4()),
        "error": error,
        "left_out": error.extra.get("left_out", []) if error else [],
    }


def open_raw(post: QueryDict) -> dict[str, Any]:
    """A new campaign as it was typed."""
    return raw_of(("title", *_PLAN), post) | {"cases": _cases(post)}


def plan_raw(post: QueryDict) -> dict[str, Any]:
    """The next version of a plan as it was typed."""
    return raw_of(_PLAN, post) | {"cases": _cases(post)}


def step_raw(action: str, post: QueryDict) -> dict[str, Any]:
    """A step on all cases as it was typed."""
    return raw_of(_TAKES.get(action, ()), post) | {"cases": _cases(post)}


def _cases(post: QueryDict) -> list[dict[str, Any]]:
    """The cases alone: a campaign's plan comes of no template."""
    return [{name: one[name] for name in ("number", "version")} for one in typed_picks(post)]
