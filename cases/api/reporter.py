"""Who reported, over the API: the look behind the mask, who looked, what is held about a person."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.looks import looks_for, narrowed
from cases.serializers.reporter import (
    ForgetAnswer,
    LookQuery,
    LookSerializer,
    RevealAnswer,
    RevealInput,
    SubjectInput,
)
from cases.services.public import resident_asks_to_be_forgotten
from cases.services.reporter import reporter_reveal
from cases.services.subject import subject_export
from core.api import PublicView
from core.clients import client_ip
from core.serializers import page_shape
from grids.api import ScopedView

_NO_STORE = {"Cache-Control": "private, no-store"}


class RevealView(ScopedView):
    """A look behind the mask."""

    @extend_schema(operation_id="case_reporter", request=RevealInput, responses={200: RevealAnswer})
    def post(self, request: Request, number: str) -> Response:
        """Name, phone and words in clear; written down with the reason. Keep nothing of it."""
        given = self.body(RevealInput)
        seen = reporter_reveal(access=self.access, number=number, now=self.now, **given)
        return Response(RevealAnswer(seen).data, headers=_NO_STORE)


class LooksView(ScopedView):
    """Who looked."""

    @extend_schema(operation_id="looks", parameters=[LookQuery], responses=page_shape("Look", LookSerializer))
    def get(self, request: Request) -> Response:
        """The looks behind the mask in one's districts, newest first; for bureau and administrators."""
        rows = narrowed(looks_for(self.access), self.query(LookQuery))
        return self.page(rows, LookSerializer, by="-at")


class SubjectView(ScopedView):
    """Subject access."""

    problems = (409,)

    @extend_schema(operation_id="person_export", request=SubjectInput, responses={200: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """What is held about a phone number, for the station to hand out; written down with the reason."""
        given = self.body(SubjectInput)
        held = subject_export(access=self.access, now=self.now, **given)
        return Response(held, headers=_NO_STORE)


class PublicForgetView(PublicView):
    """Asking to be forgotten."""

    @extend_schema(operation_id="public_forget", request=None, responses={202: ForgetAnswer})
    def post(self, request: Request, code: str) -> Response:
        """Ask the station to forget whoever holds this code; it does so by hand once the case is done."""
        client = client_ip(request._request)
        case = resident_asks_to_be_forgotten(code=code, client=client, now=self.now)
        return Response(ForgetAnswer({"asked_at": case.forget_asked_at}).data, status=202, headers=_NO_STORE)
