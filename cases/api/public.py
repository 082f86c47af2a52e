"""For strangers: report, add photos, follow by code. Counted an hour and address."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.steps import report_parts
from cases.public_reads import join_token
from cases.serializers.photos import PublicUploadInput
from cases.serializers.public import PublicAnswer, PublicCase, PublicJoin, PublicPhoto, PublicSimilar
from cases.serializers.steps import StepAnswer, report_input, step_input
from cases.services.public import (
    reporter_step,
    resident_join,
    resident_look_up,
    resident_photo,
    resident_report,
    resident_similar,
)
from cases.workflow import Action
from core.api import PublicView, etag_of, idempotency_key, version_expected
from core.api.parsers import UploadParser
from core.clients import client_ip
from core.serializers import list_shape
from grids.geo.datum import gcj02_to_wgs84
from grids.serializers import PlaceQuery


class PublicReportsView(PublicView):
    """A resident's report."""

    takes_key = True

    @extend_schema(
        operation_id="public_report", request=report_input(Action.REPORT), responses={201: PublicAnswer}
    )
    def post(self, request: Request) -> Response:
        """File a report without a login; the code that comes back is how to follow it."""
        key = idempotency_key(request)
        raw, uuid = report_parts(self.sent)
        answer = resident_report(
            raw=raw, key=key, client=client_ip(request._request), now=self.now, uuid=uuid
        )
        return Response({name: answer[name] for name in ("number", "follow_code")}, status=201)


class PublicReportView(PublicView):
    """One's report, by its code."""

    @extend_schema(operation_id="public_follow", responses=PublicCase)
    def get(self, request: Request, code: str) -> Response:
        """Where the report stands, without people or inner notes."""
        case = resident_look_up(code=code, client=client_ip(request._request), now=self.now)
        moves = case.events.order_by("seq").values_list("from_stage", "to_stage", "at")
        return Response(
            PublicCase(case, context={"moves": moves}).data,
            headers={"Cache-Control": "no-store", "ETag": etag_of(case.version)},
        )


class PublicSimilarView(PublicView):
    """Open cases near a place."""

    @extend_schema(
        operation_id="public_similar",
        parameters=[PlaceQuery],
        responses=list_shape("PublicSimilar", PublicSimilar),
    )
    def get(self, request: Request) -> Response:
        """What is reported near a place already, to join instead of reporting it again."""
        place = self.query(PlaceQuery)
        lon, lat = place["lon"], place["lat"]
        if place["datum"] == "GCJ02":
            lon, lat = gcj02_to_wgs84(lon, lat)
        found = resident_similar(lon=lon, lat=lat, client=client_ip(request._request), now=self.now)
        for case, metres in found:
            case.metres, case.join = metres, join_token(case)  # type: ignore[attr-defined]
        return Response({"results": PublicSimilar([case for case, _metres in found], many=True).data})


class PublicJoinView(PublicView):
    """Joining an open case."""

    takes_key = True

    @extend_schema(operation_id="public_join", request=PublicJoin, responses={201: PublicAnswer})
    def post(self, request: Request, token: str) -> Response:
        """Join a case instead of reporting the same; the code that comes back is how to follow it."""
        key, client = idempotency_key(request), client_ip(request._request)
        answer = resident_join(token=token, raw=self.sent, key=key, client=client, now=self.now)
        return Response({name: answer[name] for name in ("number", "follow_code")}, status=201)


class ReporterStepView(PublicView):
    """A step of the reporter's own, by code."""

    takes_key = takes_version = True

    def post(self, request: Request, code: str, action: str) -> Response:
        """Take it on the version named in If-Match."""
        answer = reporter_step(
            code=code, action=action, raw=self.sent, version=version_expected(request),
            key=idempotency_key(request), client=client_ip(request._request), now=self.now,
        )  # fmt: skip
        return Response(answer, headers={"ETag": etag_of(answer["version"])})


def reporter_view(action: Action) -> Any:
    """The view of one of the reporter's own steps, with its input in the schema."""
    made = type(f"reporter_{action.value}View", (ReporterStepView,), {"__doc__": f"{action.value}, by code."})
    described = extend_schema(
        operation_id=f"public_{action.value}",
        request=step_input(action),
        responses={200: OpenApiResponse(StepAnswer)},
    )
    return extend_schema_view(post=described)(made).as_view()  # type: ignore[attr-defined]


class PublicPhotosView(PublicView):
    """A resident's photo."""

    parser_classes = [UploadParser]

    @extend_schema(
        operation_id="public_photo",
        request={"multipart/form-data": PublicUploadInput},
        responses={201: PublicPhoto},
    )
    def post(self, request: Request) -> Response:
        """Keep one photo to be named in a report; nobody sees it before."""
        file = self.body(PublicUploadInput)["file"]
        photo = resident_photo(data=file, client=client_ip(request._request), now=self.now)
        return Response(PublicPhoto(photo).data, status=201)
