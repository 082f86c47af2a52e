"""Reads of campaigns (专项整治). Each takes an ``Access``."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.roles import May
from cases.models import ActionPlan, Campaign, CampaignPlan, Case
from cases.selectors import case_q, cases_for, cases_locked
from cases.workflow import Stage
from core.errors import NotAllowed, NotFound
from grids.access import Access
from grids.models import Area


def check_may_read_campaigns(access: Access) -> None:
    """Refuse whoever sees no whole district.

    Raises:
        NotAllowed: posted to a street, community, grid or unit only, or configuring without cases.
    """
    if not any(access.levels.get(i) == Area.Level.DISTRICT for i in access.area_ids(May.SEE_CASES)):
        raise NotAllowed(_("Campaigns are kept at the district: ask the station or the bureau."))


def campaigns_for(access: Access) -> QuerySet[Campaign]:
    """The campaigns of the districts in the scope, with how many cases they have and how many are closed."""
    check_may_read_campaigns(access)
    inside = Q(members__left_at__isnull=True)
    rows = Campaign.objects.filter(district_id__in=access.area_ids(May.SEE_CASES))
    return (
        rows.select_related("district", "author")
        .defer("district__outline")
        .annotate(
            cases_count=Count("members", filter=inside),
            closed_count=Count("members", filter=inside & Q(members__case__stage=Stage.CLOSED)),
        )
    )


def campaign_for(access: Access, campaign_id: UUID) -> Campaign:
    """One campaign of the scope.

    Raises:
        NotAllowed: reads no campaigns at all. NotFound: none such in the scope.
    """
    campaign = campaigns_for(access).filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFound(_("There is no such campaign in your district."))
    return campaign


def campaign_locked(access: Access, campaign_id: UUID) -> Campaign:
    """The same, locked until the transaction ends."""
    check_may_read_campaigns(access)
    rows = Campaign.objects.filter(pk=campaign_id, district_id__in=access.area_ids(May.SEE_CASES))
    joined = rows.select_related("district").defer("district__outline")
    campaign = joined.select_for_update(of=("self",)).first()
    if campaign is None:
        raise NotFound(_("There is no such campaign in your district."))
    return campaign


def plans_of_campaign(campaign: Campaign) -> list[CampaignPlan]:
    """All versions of its plan, newest first."""
    rows = campaign.plans.select_related("lead_unit", "author", "approver", "decided_for")
    return list(rows.prefetch_related("assisting_units").order_by("-version"))


def approved_of(plans: Iterable[CampaignPlan]) -> CampaignPlan | None:
    """The newest approved version, of the versions newest first."""
    return next((plan for plan in plans if plan.state == ActionPlan.State.APPROVED), None)


def members_of(access: Access, campaign: Campaign) -> list[Case]:
    """The cases in it now, by number, each with ``plan_of_campaign``: the id of the campaign's plan that its
    newest own plan says the same as, or None."""
    newest = ActionPlan.objects.filter(case_id=OuterRef("pk")).order_by("-version")
    rows = cases_for(access).filter(campaigns__campaign=campaign, campaigns__left_at__isnull=True)
    return list(
        rows.annotate(plan_of_campaign=Subquery(newest.values("campaign_plan_id")[:1])).order_by("number")
    )


def cases_chosen(access: Access, numbers: Collection[str]) -> dict[str, Case]:
    """Those of these cases that lie in the scope, by number, all locked in one order until the transaction
    ends: two that choose the same cases wait for one another instead of standing in each other's way."""
    rows = Case.objects.filter(case_q(access), number__in=numbers)
    return {case.number: case for case in cases_locked(rows, wanted=len(numbers))}
