"""The OpenAPI schema: every operation documents its headers and all its refusals without being told."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from core.api.problems import MEDIA_TYPE
from core.serializers import ProblemSerializer

_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="1 to 80 characters made by the client. The same request again gets the first answer.",
)
_VERSION = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description='The ETag of the case this was decided on, such as "v3". Missing 428, stale 412.',
)


class CitySchema(AutoSchema):
    """Reads ``takes_key``, ``takes_version`` and ``problems`` of the view."""

    view: Any

    def get_override_parameters(self) -> list[Any]:
        """The headers of a write."""
        wanted = {_KEY: self.view.takes_key, _VERSION: self.view.takes_version}
        return [header for header, needed in wanted.items() if needed and self.method != "GET"]

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        for status in map(str, sorted(self._problems())):
            bodies.setdefault(status, self._problem(status, direction))
        return bodies

    def _problem(self, status: str, direction: Any) -> Any:
        document: Any = self._get_response_for_code  # untyped in drf-spectacular
        return document(ProblemSerializer, status, [MEDIA_TYPE], direction)

    def _problems(self) -> set[int]:
        found = {400, 405, 406, *self.view.problems}
        found |= {401, 403} if self.view.permission_classes_named() else {429}
        found |= {404} if "{" in self.path else set()
        found |= {413, 415} if self.method != "GET" else set()
        found |= {403, 409} if self.view.takes_key and self.method != "GET" else set()
        return found | ({412, 428} if self.view.takes_version else set())
