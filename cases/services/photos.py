"""Photos as resources: kept re-encoded, named by id in a step, dropped when unused."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from cases.models import Photo
from core.errors import Conflict
from core.images import PhotoLimits, read_photo

UNUSED_KEPT_FOR = timedelta(days=30)


def photo_store(
    *,
    data: BinaryIO | bytes,
    user_id: int | None,
    now: datetime,
    made_up: bool = False,
    photo_id: UUID | None = None,
) -> Photo:
    """Re-encode an upload and keep it; nothing of the bytes that came is ever served.

    A client may bring the photo's id, so that an upload repeated over a bad network is one photo.

    Raises:
        PhotoRefused: it is no photo, or too large, damaged, or of a kind that is not taken.
        Conflict: the id is that of somebody else's photo.
    """
    if photo_id and (known := _known(photo_id, user_id)):
        return known
    limits = PhotoLimits(max_bytes=settings.MAX_PHOTO_BYTES, max_pixels=settings.MAX_PHOTO_PIXELS)
    kept = read_photo(data, limits=limits)
    photo = Photo(
        pk=photo_id or uuid4(),
        uploaded_by_id=user_id,
        uploaded_at=now,
        width=kept.width,
        height=kept.height,
        came_sha256=kept.sha256_received,
        kept_sha256=kept.sha256_kept,
        # A camera whose clock runs ahead says nothing about when.
        taken_at=kept.taken_at if kept.taken_at and kept.taken_at <= now else None,
        lon=kept.longitude,
        lat=kept.latitude,
        made_up=made_up,
    )
    photo.file.save(f"{photo.pk}.jpg", ContentFile(kept.jpeg), save=False)
    photo.thumb.save(f"{photo.pk}-small.jpg", ContentFile(kept.thumbnail), save=False)
    return _insert(photo)


def _insert(photo: Photo) -> Photo:
    """Write the row; when the same upload ran twice at once, the first one's row and files stand."""
    try:
        with transaction.atomic():
            photo.save(force_insert=True)
    except IntegrityError:
        photo.file.delete(save=False)
        photo.thumb.delete(save=False)
        known = _known(photo.pk, photo.uploaded_by_id)
        if known is None:
            raise
        return known
    return photo


def _known(photo_id: UUID, user_id: int | None) -> Photo | None:
    known = Photo.objects.filter(pk=photo_id).first()
    if known and known.uploaded_by_id != user_id:
        raise Conflict(_("This id belongs to another photo. Make a new one and send the photo again."))
    return known


def photo_files_drop(*, photo_ids: Iterable[UUID] = ()) -> int:
    """Delete the files of photos that were taken away, all of them when none is named; returns how many.

    Called after the commit, and again by the hour for what a crash left over.
    """
    rows = Photo.objects.filter(removed_at__isnull=False).exclude(file="")
    if photo_ids:
        rows = rows.filter(pk__in=list(photo_ids))
    dropped = 0
    for photo in rows.order_by("pk")[:1000]:
        photo.file.delete(save=False)
        photo.thumb.delete(save=False)
        Photo.objects.filter(pk=photo.pk).update(file="", thumb="")
        dropped += 1
    return dropped


def photos_forget_unused(*, now: datetime, limit: int = 1000) -> int:
    """Drop photos no step has named for thirty days, rows first; returns how many."""
    old = Photo.objects.filter(case__isnull=True, uploaded_at__lt=now - UNUSED_KEPT_FOR)
    dropped = 0
    for photo in old.order_by("uploaded_at")[:limit]:
        with transaction.atomic():
            # Conditional, so that a step naming it this very moment wins.
            gone, _by_model = Photo.objects.filter(pk=photo.pk, case__isnull=True).delete()
        if gone:
            photo.file.delete(save=False)
            photo.thumb.delete(save=False)
            dropped += 1
    return dropped
