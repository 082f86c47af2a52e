"""A case's chain and its file over the API."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.photos import AnyForm
from cases.casefile.reading import check_size
from cases.chain import chain_of
from cases.serializers.history import ChainSerializer, FileInput, VerdictSerializer
from cases.services.case_file import case_file_examine, case_file_issue
from core.api.parsers import UploadParser
from grids.api import ScopedView


class ChainView(ScopedView):
    """The chain of a case."""

    @extend_schema(operation_id="case_chain", responses=ChainSerializer)
    def get(self, request: Request, number: str) -> Response:
        """Every link with its hash, whether the chain and the rows beside it hold, and the day's digest."""
        found = ChainSerializer(chain_of(self.access, number)).data
        return Response(found, headers={"Cache-Control": "private, no-store"})


class CaseFileView(ScopedView):
    """A case to be taken away."""

    content_negotiation_class = AnyForm
    pdf = False

    @extend_schema(operation_id="case_file", responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, number: str) -> HttpResponse:
        """The case as canonical JSON with its chain; that it was taken is written down."""
        file = case_file_issue(access=self.access, number=number, pdf=self.pdf, now=self.now)
        answer = HttpResponse(file.content, content_type=file.media_type)
        answer["Content-Disposition"] = f'attachment; filename="{file.name}"'
        answer["Cache-Control"] = "private, no-store"
        return answer


class CaseSheetView(CaseFileView):
    """The sheet of a case."""

    pdf = True

    @extend_schema(operation_id="case_sheet", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, number: str) -> HttpResponse:
        """The case as PDF/A-3 for printing, with the JSON attached."""
        return super().get(request, number)


class ExamineView(ScopedView):
    """Looking at a case file again."""

    parser_classes = [UploadParser]

    @extend_schema(
        operation_id="case_file_examine",
        request={"multipart/form-data": FileInput},
        responses=VerdictSerializer,
    )
    def post(self, request: Request) -> Response:
        """Whether a file is unchanged and still part of its case's chain, and where not. Keeps nothing."""
        sent: Any = self.body(FileInput)["file"]
        check_size(sent.size)
        return Response(VerdictSerializer(case_file_examine(data=sent.read())).data)
