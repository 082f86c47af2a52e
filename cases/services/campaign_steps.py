"""Deciding on a campaign's plan and dispatching its cases, each once for all of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases.campaign_selectors import approved_of, plans_of_campaign
from cases.given import Given
from cases.inputs import Place, clean
from cases.models import ActionPlan, CampaignPlan
from cases.plan_picks import picks_of
from cases.plan_selectors import check_may_there
from cases.policies import missing
from cases.services.campaign_acts import Act, barred_from, current, moved_on, step_all
from cases.workflow import BY_ACTION, Action, Stage
from core.errors import BadInput, Conflict, NotAllowed
from grids.access import Access


def campaign_decide(
    *,
    access: Access,
    campaign_id: UUID,
    action: Action,
    raw: Mapping[str, Any],
    version: int | None,
    key: str,
    now: datetime,
) -> dict[str, Any]:
    """Approve a campaign's plan or return it, once for all its cases.

    ``raw``: cases, and what the step on a single case takes: text to approve; reason and comments to return.
    Returns as ``campaign_open``.

    Raises:
        Conflict: it was decided on already, or no case could follow. NotAllowed: not the bureau there, or the
            plan's author. Otherwise as ``campaign_resubmit``.
    """
    act = Act(access, raw, key, now)
    return act.once(f"campaigns/{campaign_id}/{action}", lambda: _decide(act, campaign_id, action, version))


def campaign_dispatch(
    *,
    access: Access,
    campaign_id: UUID,
    raw: Mapping[str, Any],
    version: int | None,
    key: str,
    now: datetime,
) -> dict[str, Any]:
    """Dispatch the cases of a campaign whose plan is approved, to the units of the plan.

    ``raw``: cases. Returns as ``campaign_open``. Raises as ``campaign_resubmit``.
    """
    act = Act(access, raw, key, now)
    return act.once(f"campaigns/{campaign_id}/dispatch", lambda: _dispatch(act, campaign_id, version))


def _decide(act: Act, campaign_id: UUID, action: Action, version: int | None) -> dict[str, Any]:
    campaign, plan = current(act, campaign_id, version)
    check_may_there(act.access, action, campaign.district_id)
    step = BY_ACTION[action, Stage.APPROVE]
    principal = act.access.stands_in_for(step.by, [campaign.district_id])
    if plan.author_id in (act.access.user_id, principal):
        raise NotAllowed(
            _("You wrote this plan, or stand in for who did; somebody else has to decide on it.")
        )
    if plan.state != ActionPlan.State.SUBMITTED:
        raise Conflict(_("This plan was decided on already. Look at the campaign again."))
    picks, said = picks_of(act.raw.get("cases")), {k: v for k, v in act.raw.items() if k != "cases"}
    given = clean(step, said, Place(campaign.district.code))
    if errors := missing(step, given) or _unknown_measures(plan, given):
        first = next(iter(errors))
        raise BadInput(errors[first], field=first, errors=errors)
    barred = barred_from(act, campaign, plan, picks)
    found = step_all(act, plan, action, said, picks, barred)
    plan.state = ActionPlan.State.APPROVED if action is Action.APPROVE else ActionPlan.State.RETURNED
    plan.approver, plan.decided_for_id, plan.decided_at = act.access.user, principal, act.now
    plan.decision = given.text or given.reason
    plan.comments = {str(seq): text for seq, text in given.comments.items()}
    plan.save()
    return moved_on(campaign, found)


def _unknown_measures(plan: CampaignPlan, given: Given) -> dict[str, Any]:
    if unknown := [seq for seq in given.comments if not 1 <= seq <= len(plan.measures)]:
        return {"comments": _("The plan has no measure %(seq)d.") % {"seq": min(unknown)}}
    return {}


def _dispatch(act: Act, campaign_id: UUID, version: int | None) -> dict[str, Any]:
    campaign, _newest = current(act, campaign_id, version)
    check_may_there(act.access, Action.DISPATCH, campaign.district_id)
    plan = approved_of(plans_of_campaign(campaign))
    if plan is None:
        raise Conflict(_("No plan of this campaign is approved yet. Wait for the bureau."))
    if unknown := set(act.raw) - {"cases"}:
        raise BadInput(_("A campaign is dispatched as its plan says. To change units, dispatch one by one."),
                       field=min(unknown))  # fmt: skip
    picks = picks_of(act.raw.get("cases"))
    found = step_all(act, plan, Action.DISPATCH, {}, picks, barred_from(act, campaign, plan, picks))
    return moved_on(campaign, found)
