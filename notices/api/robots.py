"""Group robots over the API, for administrators and heads of units."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import idempotency_key
from core.serializers import list_shape
from grids.api import ScopedView
from notices.browse import robots_seen
from notices.permissions import robot_unit
from notices.services.robots import RobotAbout, robot_add, robot_change, robot_found, robot_remove, robot_try
from notices.shapes import RobotAnswer, RobotInput, RobotSerializer, TrialAnswer


class UnitRobotsView(ScopedView):
    """The robots of a unit."""

    takes_key = True

    @extend_schema(operation_id="unit_robots", responses=list_shape("Robot", RobotSerializer))
    def get(self, request: Request, code: str) -> Response:
        """All of them."""
        rows = robots_seen(self.access, robot_unit(self.access, code).code)
        return Response({"results": RobotSerializer(rows, many=True).data})

    @extend_schema(operation_id="robot_add", request=RobotInput, responses={201: RobotAnswer})
    def post(self, request: Request, code: str) -> Response:
        """Give the unit a robot."""
        about, key = RobotAbout(**self.body(RobotInput)), idempotency_key(request)
        answer = robot_add(access=self.access, unit=code, about=about, now=self.now, key=key)
        return Response(answer, status=201)


class RobotView(ScopedView):
    """One robot."""

    takes_key = True

    @extend_schema(operation_id="robot", responses=RobotSerializer)
    def get(self, request: Request, robot: int) -> Response:
        """A robot, without its address and secret."""
        return Response(RobotSerializer(robot_found(self.access, robot)).data)

    @extend_schema(operation_id="robot_change", request=RobotInput, responses={200: RobotAnswer})
    def post(self, request: Request, robot: int) -> Response:
        """Change it; an address or secret that is left out stays."""
        about, key = RobotAbout(**self.body(RobotInput)), idempotency_key(request)
        return Response(robot_change(access=self.access, robot=robot, about=about, now=self.now, key=key))


class RobotRemoveView(ScopedView):
    """Taking a robot away."""

    takes_key = True

    @extend_schema(operation_id="robot_remove", request=None, responses={200: RobotAnswer})
    def post(self, request: Request, robot: int) -> Response:
        """Take it away with its address."""
        key = idempotency_key(request)
        return Response(robot_remove(access=self.access, robot=robot, now=self.now, key=key))


class RobotTrialView(ScopedView):
    """Trying a robot."""

    problems = (429,)

    @extend_schema(operation_id="robot_try", request=None, responses={200: TrialAnswer})
    def post(self, request: Request, robot: int) -> Response:
        """Send a message that says it is a trial, and wait for what comes of it."""
        error = robot_try(access=self.access, robot=robot, now=self.now)
        return Response({"arrived": not error, "error": error})
