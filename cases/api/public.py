"""For strangers: report, add photos, follow by code. Counted an hour and address."""

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.steps import report_parts
from cases.selectors import public_case
from cases.serializers.photos import PublicUploadInput
from cases.serializers.public import PublicAnswer, PublicCase, PublicPhoto
from cases.serializers.steps import report_input
from cases.services.photos import photo_store
from cases.services.report import Origin, case_report
from cases.workflow import Action, Guest
from core.api import PublicView, idempotency_key
from core.api.parsers import UploadParser
from core.clients import client_ip
from core.services.ratelimit import rate_take
from grids.access import NOBODY


class CountedView(PublicView):
    """Counts one use for the client's address; the limit is a setting."""

    def take(self, bucket: str, limit: int) -> None:
        """Count; raises TooOften above the limit."""
        rate_take(bucket=bucket, client=client_ip(self.request._request), limit=limit, now=self.now)


class PublicReportsView(CountedView):
    """A resident's report."""

    takes_key = True

    @extend_schema(
        operation_id="public_report", request=report_input(Action.REPORT), responses={201: PublicAnswer}
    )
    def post(self, request: Request) -> Response:
        """File a report without a login; the code that comes back is how to follow it."""
        key = idempotency_key(request)
        raw, uuid = report_parts(self.sent)
        self.take("public_report", settings.PUBLIC_REPORTS_PER_HOUR)
        origin = Origin(guest=Guest.RESIDENT)
        answer = case_report(access=NOBODY, raw=raw, key=key, now=self.now, uuid=uuid, origin=origin)
        return Response({name: answer[name] for name in ("number", "follow_code")}, status=201)


class PublicReportView(CountedView):
    """One's report, by its code."""

    @extend_schema(operation_id="public_follow", responses=PublicCase)
    def get(self, request: Request, code: str) -> Response:
        """Where the report stands, without people or inner notes."""
        self.take("public_lookup", settings.PUBLIC_LOOKUPS_PER_HOUR)
        case = public_case(code)
        moves = case.events.order_by("seq").values_list("from_stage", "to_stage", "at")
        return Response(
            PublicCase(case, context={"moves": moves}).data, headers={"Cache-Control": "no-store"}
        )


class PublicPhotosView(CountedView):
    """A resident's photo."""

    parser_classes = [UploadParser]

    @extend_schema(
        operation_id="public_photo",
        request={"multipart/form-data": PublicUploadInput},
        responses={201: PublicPhoto},
    )
    def post(self, request: Request) -> Response:
        """Keep one photo to be named in a report; nobody sees it before."""
        self.take("public_photo", settings.PUBLIC_REPORTS_PER_HOUR * settings.MAX_PHOTOS_PER_STEP)
        photo = photo_store(data=self.body(PublicUploadInput)["file"], user_id=None, now=self.now)
        return Response(PublicPhoto(photo).data, status=201)
