"""Two versions of a plan compared, over the API."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.plan_reads import plan_difference
from cases.serializers.differences import DifferenceQuery, DifferenceShape
from grids.api import ScopedView


class PlanDifferenceView(ScopedView):
    """What changed in the plan of a case."""

    problems = (404,)

    @extend_schema(
        operation_id="case_plan_difference", parameters=[DifferenceQuery], responses=DifferenceShape
    )
    def get(self, request: Request, number: str) -> Response:
        """The newest version against the one before, or the two versions named."""
        wanted = self.query(DifferenceQuery)
        _case, found = plan_difference(self.access, number, old=wanted.get("old"), new=wanted.get("new"))
        return Response(DifferenceShape(found).data)
