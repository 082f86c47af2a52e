"""Photos over the API: uploaded first, named by id in a step."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Photo
from cases.selectors import photo_for
from cases.serializers.case import PhotoSerializer
from cases.serializers.photos import UploadInput
from cases.services.photos import photo_store
from core.api.parsers import UploadParser
from core.errors import NotFound
from grids.api import ScopedView


class PhotosView(ScopedView):
    """Uploading."""

    parser_classes = [UploadParser]
    problems = (409,)

    @extend_schema(
        operation_id="photo_upload",
        request={"multipart/form-data": UploadInput},
        responses={201: PhotoSerializer},
    )
    def post(self, request: Request) -> Response:
        """Keep one photo, re-encoded and without metadata; it waits thirty days for a step to name it."""
        sent = self.body(UploadInput)
        photo = photo_store(data=sent["file"], user_id=self.user_id, now=self.now, photo_id=sent.get("id"))
        return Response(PhotoSerializer(photo).data, status=201)


class PhotoView(ScopedView):
    """What is known of a photo."""

    @extend_schema(operation_id="photo", responses=PhotoSerializer)
    def get(self, request: Request, photo_id: UUID) -> Response:
        """A photo of a case in one's scope, or one's own unused one."""
        return Response(PhotoSerializer(photo_for(self.access, str(photo_id))).data)


class AnyForm(BaseContentNegotiation):
    """A picture is a picture whatever the client says it accepts; refusals are JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The only one."""
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """The first, for refusals."""
        return renderers[0], renderers[0].media_type


class PhotoFileView(ScopedView):
    """The picture itself."""

    content_negotiation_class = AnyForm
    small: ClassVar[bool] = False

    @extend_schema(operation_id="photo_file", responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, photo_id: UUID) -> HttpResponse:
        """The JPEG, to those who may see its case."""
        return jpeg_of(photo_for(self.access, str(photo_id)), small=self.small)


class PhotoSmallView(PhotoFileView):
    """The small picture."""

    small = True

    @extend_schema(operation_id="photo_small", responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, photo_id: UUID) -> HttpResponse:
        """The JPEG of a list."""
        return super().get(request, photo_id)


def jpeg_of(photo: Photo, *, small: bool) -> HttpResponse:
    """The bytes as an answer; kept by a browser for five minutes, since a right to see it may end.

    Raises:
        NotFound: the file is gone from the store.
    """
    try:
        with (photo.thumb if small else photo.file).open("rb") as picture:
            answer = HttpResponse(picture.read(), content_type="image/jpeg")
    except FileNotFoundError:
        raise NotFound(_("There is no such photo.")) from None
    answer["Cache-Control"] = "private, max-age=300"
    return answer
