"""Campaigns (专项整治): one plan over several cases, submitted, decided on and dispatched together.

All cases of one act go in one transaction with the campaign's own rows: the plan is decided on once, so
either it is and every case that could follow did, or nothing happened. Each case still takes its step through
``case_advance``, in a savepoint: one that moved meanwhile is left out with a sentence and stays as it was.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext_lazy as _

from cases.campaign_selectors import cases_chosen
from cases.given import Given, needed
from cases.inputs import Place, clean, text_of
from cases.models import ActionPlan, Campaign, CampaignCase, CampaignPlan, Case
from cases.plan_picks import Pick, picks_of
from cases.plan_selectors import check_may_choose, check_may_there
from cases.policies import missing, plan_faults
from cases.services.campaign_acts import NOT_IN_IT, Act, answer_of, current, locked_members, step_all
from cases.workflow import BY_ACTION, Action, Stage
from core.errors import BadInput, Conflict, NotFound
from grids.access import Access
from grids.models import Area

_LONGEST_TITLE = 80
_SUBMIT = BY_ACTION[Action.SUBMIT_PLAN, Stage.PLAN]


def campaign_open(*, access: Access, raw: Mapping[str, Any], key: str, now: datetime) -> dict[str, Any]:
    """Write one plan for several cases that wait for one, and submit it for all of them.

    ``raw``: title, measures, lead_unit, assisting_units, finish_by, and cases as ``cases.plan_picks`` says.
    Returns ``{"campaign", "version", "done", "left_out"}``: numbers of the cases that were taken in, and
    ``{"number", "detail"}`` of those that were not.

    Raises:
        BadInput: something of the plan is missing or can't be.
        NotAllowed: the person submits no plans there. NotFound: none of the cases lies in the scope.
        Conflict: not one case could be taken in; ``extra["left_out"]`` says why.
    """
    act = Act(access, raw, key, now)
    return act.once("campaigns", lambda: _open(act))


def campaign_resubmit(
    *,
    access: Access,
    campaign_id: UUID,
    raw: Mapping[str, Any],
    version: int | None,
    key: str,
    now: datetime,
) -> dict[str, Any]:
    """Submit the next version of a campaign's plan for those of its cases that wait for one again.

    ``raw`` as for ``campaign_open``, without a title. Returns the same.

    Raises:
        NotFound: no such campaign in the scope. VersionMissing, CampaignStale: of none, or an old one.
        Otherwise as ``campaign_open``.
    """
    act = Act(access, raw, key, now)
    return act.once(f"campaigns/{campaign_id}/plan", lambda: _resubmit(act, campaign_id, version))


def _open(act: Act) -> dict[str, Any]:
    check_may_choose(act.access, Action.SUBMIT_PLAN)
    picks = picks_of(act.raw.get("cases"))
    title = text_of(act.raw.get("title", ""), "title")
    if not title or len(title) > _LONGEST_TITLE:
        raise BadInput(_("Give the campaign a title of at most 80 characters."), field="title")
    cases = cases_chosen(act.access, [pick.number for pick in picks])
    if not cases:
        raise NotFound(_("None of these cases is there, or they lie outside your area."))
    district = next(cases[pick.number] for pick in picks if pick.number in cases).district
    check_may_there(act.access, Action.SUBMIT_PLAN, district.pk)
    campaign = Campaign(id=uuid4(), district=district, title=title, author=needed(act.access.user))
    campaign.opened_at = act.now
    given = _plan_given(act, district)
    campaign.save(force_insert=True)
    barred = _not_joining(district, cases)
    answer = _submit(act, campaign, given, picks, barred)
    joined = [cases[number] for number in answer["done"]]
    CampaignCase.objects.bulk_create(
        CampaignCase(campaign=campaign, case=case, joined_at=act.now) for case in joined
    )
    return answer


def _not_joining(district: Area, cases: Mapping[str, Case]) -> dict[str, Any]:
    """Of these cases those that can't join, by number, each with its sentence."""
    taken = CampaignCase.objects.filter(case__in=cases.values(), left_at__isnull=True)
    elsewhere = dict(taken.values_list("case__number", "campaign__title"))
    barred: dict[str, Any] = {
        number: _("It is in the campaign “%(title)s” already. Take it out there first.") % {"title": title}
        for number, title in elsewhere.items()
    }
    for number, case in cases.items():
        if case.district_id != district.pk:
            barred[number] = _("It lies in another district; one plan is for one district.")
    return barred


def _resubmit(act: Act, campaign_id: UUID, version: int | None) -> dict[str, Any]:
    campaign, plan = current(act, campaign_id, version)
    check_may_there(act.access, Action.SUBMIT_PLAN, campaign.district_id)
    if plan.state == ActionPlan.State.SUBMITTED:
        raise Conflict(_("The bureau has not decided on this plan yet. Wait for it, or ask for its return."))
    picks = picks_of(act.raw.get("cases"))
    members = locked_members(act, campaign, picks)
    campaign.version += 1
    barred = {pick.number: NOT_IN_IT for pick in picks if pick.number not in members}
    answer = _submit(act, campaign, _plan_given(act, campaign.district), picks, barred)
    campaign.save(update_fields=["version"])
    return answer


def _plan_given(act: Act, district: Area) -> Given:
    """The plan, understood and complete, before any case is looked at."""
    names = ("measures", "lead_unit", "assisting_units", "finish_by")
    raw = {name: act.raw[name] for name in names if name in act.raw}
    given = clean(_SUBMIT, raw, Place(district.code))
    if errors := missing(_SUBMIT, given) or plan_faults(given, act.now):
        first = next(iter(errors))
        raise BadInput(errors[first], field=first, errors=errors)
    return given


def _submit(
    act: Act, campaign: Campaign, given: Given, picks: list[Pick], barred: Mapping[str, Any]
) -> dict[str, Any]:
    last = campaign.plans.order_by("-version").values_list("version", flat=True).first() or 0
    plan = CampaignPlan.objects.create(
        campaign=campaign,
        version=last + 1,
        measures=list(given.measures),
        lead_unit=needed(given.lead_unit),
        finish_by=needed(given.finish_by),
        author=needed(act.access.user),
        submitted_at=act.now,
    )
    plan.assisting_units.set(given.assisting_units or ())
    raw = {
        "measures": plan.measures,
        "lead_unit": plan.lead_unit.code,
        "assisting_units": [unit.code for unit in given.assisting_units or ()],
        "finish_by": plan.finish_by.isoformat(),
    }
    return answer_of(campaign, step_all(act, plan, Action.SUBMIT_PLAN, raw, picks, barred))
