"""Photos that came together with a form, from a browser without script."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, BinaryIO, cast
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from cases.forms import PHOTO_FIELDS
from cases.models import Photo
from cases.services.photos import photo_store
from core.errors import BadInput, CityError

Keep = Callable[[BinaryIO, UUID], Photo]


def keep_for(user_id: int | None, now: datetime) -> Keep:
    """Keep photos for somebody who is logged in."""
    return lambda data, photo_id: photo_store(data=data, user_id=user_id, now=now, photo_id=photo_id)


def with_photos(
    request: HttpRequest, names: Iterable[str], *, user_id: int | None, keep: Keep
) -> tuple[QueryDict, CityError | None]:
    """The POST with the ids of photos that came as files in it, and the first refusal among them.

    A browser without script sends photos together with the form. The same file sent twice with the same
    key is one photo, so that a repeated form is a repeated form. ``keep(data, photo_id)`` stores one.
    """
    post = request.POST.copy()
    for name in [name for name in names if name in PHOTO_FIELDS]:
        files = [file for file in request.FILES.getlist(f"{name}_files") if file]
        try:
            _check_count(len(files) + len(post.getlist(name)))
            for file in files:
                photo = keep(cast(BinaryIO, file), _id_of(post.get("key", ""), user_id, file))
                post.appendlist(name, str(photo.pk))
        except CityError as error:
            error.field = name
            return post, error
    return post, None


def _check_count(count: int) -> None:
    if count > settings.MAX_PHOTOS_PER_STEP:
        raise BadInput(
            _("At most %(most)d photos go with one step; you named %(count)d.")
            % {"most": settings.MAX_PHOTOS_PER_STEP, "count": count}
        )


def _id_of(key: str, user_id: int | None, file: "UploadedFile[Any]") -> UUID:
    whole = hashlib.sha256()
    for chunk in file.chunks():
        whole.update(chunk)
    file.seek(0)
    return uuid5(NAMESPACE_URL, f"{user_id}:{key}:{whole.hexdigest()}")
