"""Photos: taken one by one, served to whoever may see the case."""

from typing import BinaryIO, cast

from django.contrib.auth.decorators import login_required
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.models import Photo
from cases.photos import addresses
from cases.selectors import photo_for
from cases.services.photos import photo_store
from cases.views.common import access_of, problem
from core import clock
from core.errors import BadInput, CityError, NotFound


@login_required
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Keep one photo (field ``file``); 201 with its id and addresses, refusals as problem details."""
    try:
        photo = photo_store(data=sent_file(request), user_id=request.user.pk, now=clock.now())
    except CityError as error:
        return problem(error)
    return JsonResponse(addresses(photo.pk) | {"sha256": photo.came_sha256}, status=201)


def sent_file(request: HttpRequest) -> BinaryIO:
    """The one file of an upload.

    Raises:
        BadInput: there is none.
    """
    file = request.FILES.get("file")
    if file is None:
        raise BadInput(_("No photo arrived. Choose one and send it again."), field="file")
    return cast(BinaryIO, file)


@login_required
@require_safe
def photo(request: HttpRequest, photo_id: str) -> HttpResponseBase:
    """A photo in full."""
    return _served(photo_for(access_of(request), photo_id), "file")


@login_required
@require_safe
def small(request: HttpRequest, photo_id: str) -> HttpResponseBase:
    """Its small copy."""
    return _served(photo_for(access_of(request), photo_id), "thumb")


def _served(photo: Photo, column: str) -> HttpResponseBase:
    kept: FieldFile = getattr(photo, column)
    try:
        answer = FileResponse(kept.open("rb"), content_type="image/jpeg")
    except FileNotFoundError:
        raise NotFound(_("There is no such photo.")) from None
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, max-age=300"
    return answer
