"""The view every endpoint is made of."""

import hashlib
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView

from core import clock
from core.api.parsers import StrictJSONParser
from core.api.schema import CitySchema
from core.api.text import check_request
from core.paging import page_of, size_of

Row = TypeVar("Row", bound=Model)


class ApiView(APIView):
    """Checks what came before anything is looked up; ``self.now`` is the moment of the request.

    ``takes_key`` and ``takes_version`` document the headers of writes, ``problems`` further refusals.
    """

    schema = CitySchema()
    parser_classes = [StrictJSONParser]
    takes_key: ClassVar[bool] = False
    takes_version: ClassVar[bool] = False
    problems: ClassVar[tuple[int, ...]] = ()
    now: datetime

    @classmethod
    def permission_classes_named(cls) -> bool:
        """Whether somebody has to be logged in."""
        return AllowAny not in cls.permission_classes

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before the method runs, and before the login is looked at."""
        self.now = clock.now()
        check_request(request, kwargs)
        super().initial(request, *args, **kwargs)

    def query(self, shape: type[Serializer[Any]]) -> dict[str, Any]:
        """The query of the address, understood; refuses unknown names."""
        asked = shape(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)

    def body(self, shape: type[Serializer[Any]]) -> dict[str, Any]:
        """The body, understood; refuses unknown names."""
        sent = shape(data=self.request.data)
        sent.is_valid(raise_exception=True)
        return dict(sent.validated_data)

    @property
    def sent(self) -> dict[str, Any]:
        """The body as it came, for services that understand raw input themselves."""
        return dict(self.request.data)

    @property
    def user_id(self) -> int:
        """Who asks; for views that need a login."""
        return int(self.request.user.pk or 0)

    def page(self, rows: QuerySet[Row], shape: type[BaseSerializer[Any]], *, by: str) -> Response:
        """One page of rows by a column, as the query's ``cursor`` and ``size`` ask."""
        asked = self.request.query_params
        page = page_of(rows, by=by, cursor=asked.get("cursor", ""), size=size_of(asked.get("size")))
        results = shape(page.rows, many=True, context={"request": self.request, "now": self.now}).data
        return Response({"results": results, "next": page.next, "previous": page.previous})

    def cached(self, data: Any) -> Response:
        """The data with an entity tag of its content, or 304 for a client that has it already."""
        text = "".join(JSONEncoder(sort_keys=True).iterencode(data))
        tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if tag in str(self.request.headers.get("If-None-Match", "")):
            return Response(status=304, headers=headers)
        return Response(data, headers=headers)


class PublicView(ApiView):
    """For strangers: no login is looked at, so none is needed and no cookie is believed."""

    authentication_classes = []
    permission_classes = [AllowAny]
