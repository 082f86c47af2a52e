"""Campaigns over the API. The ETag is the campaign's version; each case is named in its own version."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.campaign_reads import whole_campaign
from cases.campaign_selectors import campaigns_for
from cases.serializers.campaigns import (
    CampaignAnswer,
    CampaignApproveInput,
    CampaignDetail,
    CampaignInput,
    CampaignLeaveInput,
    CampaignLeft,
    CampaignPlanInput,
    CampaignReturnInput,
    CampaignSerializer,
    CasesInput,
)
from cases.services.campaign_leave import campaign_leave
from cases.services.campaign_steps import campaign_decide, campaign_dispatch
from cases.services.campaigns import campaign_open, campaign_resubmit
from cases.workflow import Action
from core.api import etag_of, idempotency_key, version_expected
from core.serializers import PageQuery, page_shape
from grids.api import ScopedView


class CampaignsView(ScopedView):
    """The campaigns of one's districts."""

    takes_key = True
    problems = (404,)

    @extend_schema(
        operation_id="campaigns",
        parameters=[PageQuery],
        responses=page_shape("Campaign", CampaignSerializer),
    )
    def get(self, request: Request) -> Response:
        """A page of campaigns, newest first."""
        self.query(PageQuery)
        return self.page(campaigns_for(self.access), CampaignSerializer, by="-opened_at")

    @extend_schema(operation_id="campaign_open", request=CampaignInput, responses={201: CampaignAnswer})
    def post(self, request: Request) -> Response:
        """Write one plan for several cases and submit it; those that can't join are left out and named."""
        key = idempotency_key(request)
        answer = campaign_open(access=self.access, raw=self.sent, key=key, now=self.now)
        return Response(answer, status=201, headers={"ETag": etag_of(answer["version"])})


class CampaignView(ScopedView):
    """One campaign."""

    @extend_schema(operation_id="campaign", responses=CampaignDetail)
    def get(self, request: Request, campaign_id: UUID) -> Response:
        """Its plans, its cases, and what the caller can do now."""
        whole = whole_campaign(self.access, campaign_id)
        headers = {"ETag": etag_of(whole.campaign.version)}
        return Response(CampaignDetail(whole, context={"now": self.now}).data, headers=headers)


class ActView(ScopedView):
    """Something done to a campaign in the version named in If-Match."""

    takes_key = takes_version = True

    def act(self, service: Callable[..., dict[str, Any]], campaign_id: UUID, **more: Any) -> Response:
        """Call a service with what was sent; the ETag of the answer is the campaign's next version."""
        answer = service(
            access=self.access,
            campaign_id=campaign_id,
            raw=self.sent,
            version=version_expected(self.request),
            key=idempotency_key(self.request),
            now=self.now,
            **more,
        )
        return Response(answer, headers={"ETag": etag_of(answer["version"])})


class PlanView(ActView):
    """The next version of the plan."""

    @extend_schema(operation_id="campaign_resubmit", request=CampaignPlanInput, responses=CampaignAnswer)
    def post(self, request: Request, campaign_id: UUID) -> Response:
        """Submit it for the cases that wait for a plan again."""
        return self.act(campaign_resubmit, campaign_id)


class ApproveView(ActView):
    """Approval."""

    @extend_schema(operation_id="campaign_approve", request=CampaignApproveInput, responses=CampaignAnswer)
    def post(self, request: Request, campaign_id: UUID) -> Response:
        """Approve the plan, once for all its cases."""
        return self.act(campaign_decide, campaign_id, action=Action.APPROVE)


class ReturnView(ActView):
    """Return."""

    @extend_schema(operation_id="campaign_return", request=CampaignReturnInput, responses=CampaignAnswer)
    def post(self, request: Request, campaign_id: UUID) -> Response:
        """Return the plan, once for all its cases, with the reason and comments on single measures."""
        return self.act(campaign_decide, campaign_id, action=Action.RETURN_PLAN)


class DispatchView(ActView):
    """Dispatch."""

    @extend_schema(operation_id="campaign_dispatch", request=CasesInput, responses=CampaignAnswer)
    def post(self, request: Request, campaign_id: UUID) -> Response:
        """Dispatch the cases to the units of the plan."""
        return self.act(campaign_dispatch, campaign_id)


class LeaveView(ActView):
    """Taking a case out."""

    @extend_schema(operation_id="campaign_leave", request=CampaignLeaveInput, responses=CampaignLeft)
    def post(self, request: Request, campaign_id: UUID) -> Response:
        """From now on the case goes its own way, with the plan it has."""
        return self.act(campaign_leave, campaign_id)
