"""How a case stands to its deadline, over the API."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.explain import explained
from cases.selectors import case_for
from cases.serializers.deadlines import DeadlineSerializer, deadline_shape
from grids.api import ScopedView


class DeadlineView(ScopedView):
    """The deadline of a case."""

    problems = (404,)

    @extend_schema(operation_id="case_deadline", responses=DeadlineSerializer)
    def get(self, request: Request, number: str) -> Response:
        """The ladder of the stage, every turn of the clock, and the reckoning day by day."""
        case = case_for(self.access, number)
        found = DeadlineSerializer(deadline_shape(case, explained(case, self.now))).data
        return Response(found, headers={"Cache-Control": "private, no-store"})
