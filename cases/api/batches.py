"""Plans of many cases over the API: what waits, a summary, and batches worked off slice by slice."""

from uuid import UUID

from django.http import QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.plan_choosing import choose_page
from cases.plan_selectors import batch_for
from cases.plan_summary import summary_of
from cases.serializers.batches import (
    BatchSerializer,
    ChoiceInput,
    ChoiceQuery,
    SummarySerializer,
    WaitingSerializer,
)
from cases.services.plan_batches import plan_batch_open, plan_batch_run
from cases.workflow import Action
from core.api import idempotency_key
from core.serializers import page_shape
from grids.api import ScopedView

_ACTIONS = {"submit": Action.SUBMIT_PLAN, "approve": Action.APPROVE}


class PlansWaitingView(ScopedView):
    """Cases to choose from."""

    @extend_schema(
        operation_id="plans_waiting",
        parameters=[ChoiceQuery],
        responses=page_shape("PlansWaiting", WaitingSerializer),
    )
    def get(self, request: Request) -> Response:
        """A page of the cases that wait for a plan or for a decision, the longest waiting first."""
        wanted, query = self.query(ChoiceQuery), QueryDict(mutable=True)
        query.update({name: str(value) for name, value in wanted.items()})
        found = choose_page(self.access, query, _ACTIONS[wanted["kind"]])
        page = found["page"]
        rows = WaitingSerializer(found["rows"], many=True, context={"now": self.now}).data
        return Response({"results": rows, "next": page.next, "previous": page.previous})


class PlanSummaryView(ScopedView):
    """Looking before doing."""

    @extend_schema(operation_id="plan_batch_summary", request=ChoiceInput, responses=SummarySerializer)
    def post(self, request: Request) -> Response:
        """What submitting or approving these cases would do; nothing is written."""
        self.body(ChoiceInput)
        action = _ACTIONS[self.sent["kind"]]
        found = summary_of(self.access, action, self.sent["cases"], now=self.now)
        return Response(SummarySerializer(found).data)


class PlanBatchesView(ScopedView):
    """Beginning a batch."""

    takes_key = True

    @extend_schema(operation_id="plan_batch_open", request=ChoiceInput, responses={201: BatchSerializer})
    def post(self, request: Request) -> Response:
        """Submit or approve unchanged templates of at most 200 cases; the first 25 at once."""
        key = idempotency_key(request)
        answer = plan_batch_open(access=self.access, raw=self.sent, key=key, now=self.now)
        batch = plan_batch_run(access=self.access, batch_id=UUID(answer["batch"]), now=self.now)
        return Response(BatchSerializer(batch).data, status=201)


class PlanBatchView(ScopedView):
    """One batch of one's own."""

    @extend_schema(operation_id="plan_batch", responses=BatchSerializer)
    def get(self, request: Request, batch_id: UUID) -> Response:
        """What came of each case so far."""
        return Response(BatchSerializer(batch_for(self.access, batch_id)).data)

    @extend_schema(operation_id="plan_batch_run", request=None, responses=BatchSerializer)
    def post(self, request: Request, batch_id: UUID) -> Response:
        """Work off the next 25 cases."""
        batch = plan_batch_run(access=self.access, batch_id=batch_id, now=self.now)
        return Response(BatchSerializer(batch).data)
