"""For strangers: report, add photos, follow by code. Counted an hour and address."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.steps import report_parts
from cases.serializers.photos import PublicUploadInput
from cases.serializers.public import PublicAnswer, PublicCase, PublicPhoto
from cases.serializers.steps import report_input
from cases.services.public import resident_look_up, resident_photo, resident_report
from cases.workflow import Action
from core.api import PublicView, idempotency_key
from core.api.parsers import UploadParser
from core.clients import client_ip


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
            PublicCase(case, context={"moves": moves}).data, headers={"Cache-Control": "no-store"}
        )


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
