"""Campaigns for their pages and the API: what stands where, and what this person can do now."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases.campaign_selectors import approved_of, campaign_for, members_of, plans_of_campaign
from cases.models import ActionPlan, Campaign, CampaignPlan, Case
from cases.plan_difference import Difference, Wording, difference_between
from cases.plan_picks import Pick
from cases.plan_selectors import check_may_there
from cases.policies import permits
from cases.workflow import BY_ACTION, DONE, Action, Stage
from core.errors import NotFound
from grids.access import Access

_DECIDING = BY_ACTION[Action.APPROVE, Stage.APPROVE]


@dataclass(frozen=True, slots=True)
class Told:
    """One measure of a campaign's plan with what the bureau said of it."""

    seq: int
    text: str
    comment: str


@dataclass(frozen=True, slots=True)
class Whole:
    """A campaign with everything on it. ``offers``: for each act open now the cases it would be done to."""

    campaign: Campaign
    plans: Sequence[CampaignPlan]
    cases: Sequence[Case]
    offers: dict[str, list[Pick]]
    may_leave: bool

    @property
    def plan(self) -> CampaignPlan:
        """The newest version."""
        return self.plans[0]

    @property
    def closed(self) -> int:
        return sum(case.stage == Stage.CLOSED for case in self.cases)

    @property
    def counts(self) -> list[tuple[Stage, int]]:
        """How many cases stand in each stage, in the order of the stages; stages without any left out."""
        counts = Counter(case.stage for case in self.cases)
        return [(stage, counts[stage]) for stage in Stage if counts[stage]]

    @property
    def difference(self) -> Difference | None:
        """What changed since the version before, if there is one."""
        if len(self.plans) < 2:
            return None
        return difference_between(wording_of(self.plans[1]), wording_of(self.plans[0]))


def whole_campaign(access: Access, campaign_id: UUID) -> Whole:
    """A campaign of the scope, in six queries.

    Raises:
        NotAllowed: reads no campaigns at all. NotFound: none such in the scope.
    """
    campaign = campaign_for(access, campaign_id)
    plans, cases = plans_of_campaign(campaign), members_of(access, campaign)
    offers = _offers(access, campaign, plans, cases)
    opened = any(case.stage not in DONE for case in cases)
    may_note = any(_may(access, action, campaign) for action in (Action.SUBMIT_PLAN, Action.APPROVE))
    return Whole(campaign, plans, cases, offers, opened and may_note)


def wording_of(plan: CampaignPlan) -> Wording:
    """What a version says, to be compared with another."""
    units = tuple(plan.assisting_units.all())
    return Wording(plan.version, tuple(plan.measures), plan.lead_unit, units, plan.finish_by)


def told_of(plan: CampaignPlan) -> list[Told]:
    """The measures with the bureau's comments beside them."""
    return [Told(n, text, plan.comments.get(str(n), "")) for n, text in enumerate(plan.measures, 1)]


def offered(whole: Whole, act: str) -> list[Pick]:
    """The cases an act would be done to.

    Raises:
        NotFound: the act is not open to this person now.
    """
    if act not in whole.offers:
        raise NotFound(_NOT_OPEN)
    return whole.offers[act]


_NOT_OPEN = _("Nothing of this kind can be done with the campaign now. Look at it again.")


def _may(access: Access, action: Action, campaign: Campaign) -> bool:
    return permits(check_may_there, access, action, campaign.district_id)


def _offers(
    access: Access, campaign: Campaign, plans: Sequence[CampaignPlan], cases: Sequence[Case]
) -> dict[str, list[Pick]]:
    plan, approved = plans[0], approved_of(plans)
    principal = access.stands_in_for(_DECIDING.by, [campaign.district_id])
    own = plan.author_id in (access.user_id, principal)
    waits = plan.state == ActionPlan.State.SUBMITTED
    found: dict[str, list[Pick]] = {}
    if waits and not own and _may(access, Action.APPROVE, campaign):
        found["approve"] = found["return_plan"] = _at(cases, Stage.APPROVE, plan)
    if not waits and _may(access, Action.SUBMIT_PLAN, campaign):
        found["plan"] = _at(cases, Stage.PLAN, None)
    if approved and _may(access, Action.DISPATCH, campaign):
        found["dispatch"] = _at(cases, Stage.DISPATCH, approved)
    return {act: picks for act, picks in found.items() if picks}


def _at(cases: Sequence[Case], stage: Stage, plan: CampaignPlan | None) -> list[Pick]:
    """The cases in a stage whose newest plan is this one of the campaign; any plan when it is None."""
    return [
        Pick(case.number, case.version)
        for case in cases
        if case.stage == stage and (plan is None or case.plan_of_campaign == plan.pk)  # type: ignore[attr-defined]  # annotated
    ]
