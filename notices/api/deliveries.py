"""Messages beyond the inbox over the API, for administrators."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.serializers import page_shape
from grids.api import ScopedView
from notices.browse import deliveries_found
from notices.services.deliveries import Which, deliveries_drop, deliveries_retry
from notices.shapes import CountAnswer, DeliveryQuery, DeliverySerializer, DropInput, WhichInput


class DeliveriesView(ScopedView):
    """Deliveries to the people and robots of one's districts."""

    @extend_schema(
        operation_id="deliveries",
        parameters=[DeliveryQuery],
        responses=page_shape("Delivery", DeliverySerializer),
    )
    def get(self, request: Request) -> Response:
        """A page of those in a state, newest first."""
        wanted = self.query(DeliveryQuery)
        rows = deliveries_found(self.access, state=wanted["state"], channel=wanted.get("channel", ""))
        return self.page(rows, DeliverySerializer, by="-id")


class DeliveriesRetryView(ScopedView):
    """Sending again."""

    problems = (404,)

    @extend_schema(operation_id="deliveries_retry", request=WhichInput, responses={200: CountAnswer})
    def post(self, request: Request) -> Response:
        """Send given-up messages again."""
        which = Which(**self.body(WhichInput))
        return Response({"count": deliveries_retry(access=self.access, which=which, now=self.now)})


class DeliveriesDropView(ScopedView):
    """Giving up for good."""

    problems = (404,)

    @extend_schema(operation_id="deliveries_drop", request=DropInput, responses={200: CountAnswer})
    def post(self, request: Request) -> Response:
        """Drop given-up messages with a reason."""
        sent = self.body(DropInput)
        reason = sent.pop("reason")
        count = deliveries_drop(access=self.access, which=Which(**sent), reason=reason, now=self.now)
        return Response({"count": count})
