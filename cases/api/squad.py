"""Who has what over the API, and handing tasks over."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Case
from cases.serializers.roster import (
    HandOverAnswer,
    HandOverInput,
    TaskQuery,
    TaskRow,
    TeamMember,
    TeamQuery,
)
from cases.services.handover import Picked, tasks_hand_over
from cases.squad import pool_at, pool_of, tasks_held, team_of
from core.api import idempotency_key
from core.paging import Page, page_of, size_of
from core.serializers import list_shape, page_shape
from grids.api import ScopedView
from grids.roster import MOST, person_kept, place_kept


class TeamView(ScopedView):
    """The people of a street or unit."""

    problems = (404,)

    @extend_schema(
        operation_id="squad_people", parameters=[TeamQuery], responses=list_shape("TeamMember", TeamMember)
    )
    def get(self, request: Request) -> Response:
        """Who has what, those with most to do first; who is away, who on duty."""
        place = place_kept(self.access, self.query(TeamQuery)["place"])
        people = team_of(self.access, place, now=self.now)[:MOST]
        return Response({"results": TeamMember(people, many=True).data})


class TasksView(ScopedView):
    """Tasks of a person, or of nobody."""

    problems = (404,)

    @extend_schema(operation_id="squad_tasks", parameters=[TaskQuery], responses=page_shape("Task", TaskRow))
    def get(self, request: Request) -> Response:
        """A page of tasks, the longest waiting first."""
        page = self._found()
        results = TaskRow(page.rows, many=True, context={"request": request, "now": self.now}).data
        return Response({"results": results, "next": page.next, "previous": page.previous})

    def _found(self) -> Page[Case]:
        wanted = self.query(TaskQuery)
        cursor, size = wanted.get("cursor", ""), size_of(wanted.get("size"))
        if name := wanted.get("person"):
            person = person_kept(self.access, name, now=self.now)
            return page_of(tasks_held(self.access, person), by="stage_since", cursor=cursor, size=size)
        if place := wanted.get("place"):
            return pool_at(self.access, place_kept(self.access, place), cursor, size)
        return pool_of(self.access, cursor, size)


class HandOverView(ScopedView):
    """Several tasks at once."""

    takes_key = True

    @extend_schema(operation_id="squad_hand_over", request=HandOverInput, responses=HandOverAnswer)
    def post(self, request: Request) -> Response:
        """Hand tasks over; each that can't be is named with its reason, the others go."""
        body = self.body(HandOverInput)
        answer = tasks_hand_over(
            access=self.access,
            picked=[Picked(**task) for task in body["tasks"]],
            to=body["to"],
            key=idempotency_key(request),
            now=self.now,
        )
        return Response(answer)
