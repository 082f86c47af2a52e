"""Standing plans over the API."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.serializers.plans import (
    StandingPlanAnswer,
    StandingPlanInput,
    StandingPlanQuery,
    StandingPlanSerializer,
)
from cases.services.standing import (
    standing_plan_approve,
    standing_plan_draft,
    standing_plan_retire,
    standing_plans_for,
)
from core.api import idempotency_key
from core.serializers import page_shape
from grids.api import ScopedView


class StandingPlansView(ScopedView):
    """The standing plans of one's districts and streets."""

    takes_key = True

    @extend_schema(
        operation_id="standing_plans",
        parameters=[StandingPlanQuery],
        responses=page_shape("StandingPlan", StandingPlanSerializer),
    )
    def get(self, request: Request) -> Response:
        """A page of plans, newest first."""
        wanted, rows = self.query(StandingPlanQuery), standing_plans_for(self.access).defer("area__outline")
        if state := wanted.get("state"):
            rows = rows.filter(state=state)
        if area := wanted.get("area"):
            rows = rows.filter(area__code=area)
        return self.page(rows, StandingPlanSerializer, by="-drafted_at")

    @extend_schema(
        operation_id="standing_plan_draft", request=StandingPlanInput, responses={201: StandingPlanAnswer}
    )
    def post(self, request: Request) -> Response:
        """Draft the next version; it counts once the bureau has approved it."""
        raw = self.body(StandingPlanInput)
        key = idempotency_key(request)
        return Response(standing_plan_draft(access=self.access, raw=raw, key=key, now=self.now), status=201)


class StandingPlanApproveView(ScopedView):
    """Approving beforehand."""

    problems = (412,)

    @extend_schema(
        operation_id="standing_plan_approve", request=None, responses={200: StandingPlanSerializer}
    )
    def post(self, request: Request, plan_id: int) -> Response:
        """Put a draft into force in the place of the version before it."""
        plan = standing_plan_approve(access=self.access, plan_id=plan_id, now=self.now)
        return Response(StandingPlanSerializer(plan).data)


class StandingPlanRetireView(ScopedView):
    """Taking back."""

    problems = (412,)

    @extend_schema(operation_id="standing_plan_retire", request=None, responses={200: StandingPlanSerializer})
    def post(self, request: Request, plan_id: int) -> Response:
        """Take a plan out of force, or drop a draft."""
        plan = standing_plan_retire(access=self.access, plan_id=plan_id, now=self.now)
        return Response(StandingPlanSerializer(plan).data)
