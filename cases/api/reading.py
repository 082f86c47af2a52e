"""Cases over the API: lists, one case, its history, the map."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.candidates import candidates_for
from cases.clusters import case_features
from cases.dossier import dossier_of, first_photos, history_of
from cases.filters import ORDERS
from cases.models import Case
from cases.narrowing import filtered, searched
from cases.selectors import case_for, cases_for, parts_of, similar_cases, stage_lamps
from cases.serializers.case import (
    CandidateSerializer,
    CaseDetail,
    CaseRow,
    SimilarSerializer,
)
from cases.serializers.events import EventSerializer
from cases.serializers.filters import CandidateQuery, CaseQuery, MapQuery, SimilarQuery
from cases.serializers.maps import CaseCollection, StageCount
from cases.services.reporter import reporter_sought
from core.api import etag_of
from core.serializers import list_shape, page_shape
from grids.api import ScopedView
from grids.geo.datum import gcj02_to_wgs84


class CaseScope(ScopedView):
    """A view over the cases of one's scope."""

    def narrowed(self, wanted: dict[str, Any]) -> QuerySet[Case]:
        """The cases a query asks for; a search by a whole phone number is written down."""
        reporter_sought(access=self.access, words=wanted.get("q", ""), now=self.now)
        rows = filtered(cases_for(self.access), wanted, now=self.now)
        return searched(rows, self.access, wanted.get("q", ""))


class CasesView(CaseScope):
    """The cases of one's scope."""

    @extend_schema(operation_id="cases", parameters=[CaseQuery], responses=page_shape("Case", CaseRow))
    def get(self, request: Request) -> Response:
        """A page of cases, newest first; by deadline those that have one, the earliest first."""
        wanted = self.query(CaseQuery)
        rows, by = self.narrowed(wanted), ORDERS[wanted["sort"]]
        if wanted["sort"]:
            rows = rows.filter(due_at__isnull=False)
        return self.page(rows, CaseRow, by=by)


class CaseView(ScopedView):
    """One case."""

    @extend_schema(operation_id="case", responses=CaseDetail)
    def get(self, request: Request, number: str) -> Response:
        """A case by number or UUID, with what can be done now; the ETag names its version."""
        dossier = dossier_of(self.access, number, now=self.now)
        data = CaseDetail(dossier.case, context={"dossier": dossier, "now": self.now}).data
        headers = {"ETag": etag_of(dossier.case.version), "Cache-Control": "private, no-store"}
        return Response(data, headers=headers)


class EventsView(ScopedView):
    """The history of a case."""

    @extend_schema(operation_id="case_events", responses=list_shape("CaseEvent", EventSerializer))
    def get(self, request: Request, number: str) -> Response:
        """All events, oldest first."""
        rows = history_of(self.access, number)
        for event, facts in rows:
            event.facts = facts  # type: ignore[attr-defined]
        found = EventSerializer([event for event, _facts in rows], many=True).data
        return Response({"results": found}, headers={"Cache-Control": "private, no-store"})


class CandidatesView(ScopedView):
    """Who may be named in a step."""

    problems = (409,)

    @extend_schema(
        operation_id="case_candidates",
        parameters=[CandidateQuery],
        responses=list_shape("Candidate", CandidateSerializer),
    )
    def get(self, request: Request, number: str) -> Response:
        """The people a case's task may be assigned to."""
        action = self.query(CandidateQuery)["action"]
        case = case_for(self.access, number)
        people = candidates_for(self.access, case, parts_of(case), action, now=self.now)
        return Response({"results": CandidateSerializer(people, many=True).data})


class SimilarView(ScopedView):
    """Cases that may be the same."""

    @extend_schema(
        operation_id="cases_similar",
        parameters=[SimilarQuery],
        responses=list_shape("SimilarCase", SimilarSerializer),
    )
    def get(self, request: Request) -> Response:
        """Open cases near a place, nearest first, to look at before filing."""
        place = self.query(SimilarQuery)
        lon, lat = place["lon"], place["lat"]
        if place["datum"] == "GCJ02":
            lon, lat = gcj02_to_wgs84(lon, lat)
        found = similar_cases(self.access, lon=lon, lat=lat, now=self.now, class_key=place.get("class", ""))
        return Response(
            {"results": SimilarSerializer(_with_photos(found), many=True, context={"now": self.now}).data}
        )


class CaseMapView(CaseScope):
    """Cases on a map."""

    @extend_schema(operation_id="cases_geojson", parameters=[MapQuery], responses=CaseCollection)
    def get(self, request: Request) -> Response:
        """The cases in a box as GeoJSON; counts a cell where there are more than 500."""
        wanted = self.query(MapQuery)
        return Response(case_features(self.narrowed(wanted), wanted["bbox"], wanted.get("zoom"), self.now))


class CountsView(ScopedView):
    """How much there is to do."""

    @extend_schema(operation_id="cases_counts", responses=list_shape("StageCount", StageCount))
    def get(self, request: Request) -> Response:
        """Open cases of one's scope by stage, and how they stand to their deadlines."""
        counts = stage_lamps(self.access, self.now).items()
        rows = [{"stage": stage.value, "label": stage.label, "count": n["all"], **n} for stage, n in counts]
        return Response({"results": StageCount(rows, many=True).data})


def _with_photos(found: list[tuple[Case, float]]) -> list[dict[str, Any]]:
    thumbs = first_photos([case.pk for case, _metres in found])
    return [
        {"case": case, "metres": round(metres, 1), "thumb_url": _thumb_url(thumbs.get(case.pk))}
        for case, metres in found
    ]


def _thumb_url(photo_id: UUID | None) -> str:
    return reverse("api:photo_small", args=[photo_id]) if photo_id else ""
