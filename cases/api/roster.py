"""Absences, deputies and duty over the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.serializers.roster import (
    AbsenceAnswer,
    AbsenceChange,
    AbsenceInput,
    AbsenceQuery,
    AbsenceSerializer,
    DeputySerializer,
    DutyAnswer,
    DutyChanged,
    DutyCopyInput,
    DutyInput,
    DutyQuery,
    DutySerializer,
    DutyWeekInput,
)
from core.api import idempotency_key
from core.serializers import PageQuery, page_shape
from grids.api import ScopedView
from grids.duty import monday_of
from grids.roster import deputy_postings, turns_seen
from grids.roster_pages import absences_found
from grids.services.absences import AbsenceAbout, absence_change, absence_end, absence_enter
from grids.services.duty import duty_turn_add, duty_turn_end, duty_week_copy, duty_week_set


class RosterView(ScopedView):
    """A view that writes once per key."""

    takes_key = True

    @property
    def given(self) -> dict[str, Any]:
        """What every service takes."""
        return {"access": self.access, "now": self.now, "key": idempotency_key(self.request)}


class AbsencesView(RosterView):
    """One's own absences and those of the people one leads."""

    problems = (404,)

    @extend_schema(
        operation_id="absences", parameters=[AbsenceQuery], responses=page_shape("Absence", AbsenceSerializer)
    )
    def get(self, request: Request) -> Response:
        """A page of absences, the latest first."""
        state = self.query(AbsenceQuery).get("state", "")
        return self.page(
            absences_found(self.access, state=state, now=self.now), AbsenceSerializer, by="-starts_at"
        )

    @extend_schema(operation_id="absence_enter", request=AbsenceInput, responses={201: AbsenceAnswer})
    def post(self, request: Request) -> Response:
        """Enter that somebody is away."""
        body = self.body(AbsenceInput)
        person = body.pop("person") or request.user.get_username()
        return Response(absence_enter(username=person, about=AbsenceAbout(**body), **self.given), status=201)


class AbsenceChangeView(RosterView):
    """Changing an absence."""

    @extend_schema(operation_id="absence_change", request=AbsenceChange, responses=AbsenceAnswer)
    def post(self, request: Request, absence: int) -> Response:
        """Say it anew, as long as it is not over."""
        about = AbsenceAbout(**self.body(AbsenceChange))
        return Response(absence_change(absence_id=absence, about=about, **self.given))


class AbsenceEndView(RosterView):
    """Coming back early."""

    @extend_schema(operation_id="absence_end", request=None, responses=AbsenceAnswer)
    def post(self, request: Request, absence: int) -> Response:
        """End it now, or take it out if it has not begun."""
        return Response(absence_end(absence_id=absence, **self.given))


class DeputiesView(ScopedView):
    """Who stands in for whom by a posting."""

    @extend_schema(
        operation_id="deputies", parameters=[PageQuery], responses=page_shape("Deputy", DeputySerializer)
    )
    def get(self, request: Request) -> Response:
        """A page of deputies' postings, now and to come."""
        self.query(PageQuery)
        return self.page(deputy_postings(self.access, now=self.now), DeputySerializer, by="starts_at")


class DutyView(RosterView):
    """Who is on duty."""

    problems = (404,)

    @extend_schema(operation_id="duty", parameters=[DutyQuery], responses=page_shape("Duty", DutySerializer))
    def get(self, request: Request) -> Response:
        """A page of turns of the places one keeps and of one's own, in their order."""
        wanted, rows = self.query(DutyQuery), turns_seen(self.access)
        if place := wanted.get("place"):
            unit = place.removeprefix("unit:")
            rows = rows.filter(unit__code=unit) if unit != place else rows.filter(area__code=place)
        if since := wanted.get("since"):
            rows = rows.filter(ends_at__gt=since)
        if until := wanted.get("until"):
            rows = rows.filter(starts_at__lt=until)
        return self.page(rows, DutySerializer, by="starts_at")

    @extend_schema(operation_id="duty_add", request=DutyInput, responses={201: DutyAnswer})
    def post(self, request: Request) -> Response:
        """Put somebody on duty for a time."""
        body = self.body(DutyInput)
        return Response(duty_turn_add(username=body.pop("person"), **body, **self.given), status=201)


class DutyEndView(RosterView):
    """Taking somebody off duty."""

    @extend_schema(operation_id="duty_end", request=None, responses=DutyAnswer)
    def post(self, request: Request, turn: int) -> Response:
        """End a turn now, or take it out if it has not begun."""
        return Response(duty_turn_end(turn_id=turn, **self.given))


class DutyWeekView(RosterView):
    """A week at once."""

    problems = (404,)

    @extend_schema(operation_id="duty_week", request=DutyWeekInput, responses=DutyChanged)
    def post(self, request: Request) -> Response:
        """Say who is on duty in slots of a week."""
        body = self.body(DutyWeekInput)
        monday = monday_of(body.pop("week"))
        return Response(duty_week_set(monday=monday, **body, **self.given))


class DutyCopyView(RosterView):
    """As in the week before."""

    problems = (404,)

    @extend_schema(operation_id="duty_copy", request=DutyCopyInput, responses=DutyChanged)
    def post(self, request: Request) -> Response:
        """Fill the empty slots of a week."""
        body = self.body(DutyCopyInput)
        return Response(duty_week_copy(place=body["place"], monday=monday_of(body["week"]), **self.given))
