"""Photos as resources: kept re-encoded, named by id in a step, dropped when unused."""

from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction

from cases.models import Photo
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
    """
    if photo_id and (known := Photo.objects.filter(pk=photo_id, uploaded_by_id=user_id).first()):
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
        taken_at=kept.taken_at,
        lon=kept.longitude,
        lat=kept.latitude,
        made_up=made_up,
    )
    photo.file.save(f"{photo.pk}.jpg", ContentFile(kept.jpeg), save=False)
    photo.thumb.save(f"{photo.pk}-small.jpg", ContentFile(kept.thumbnail), save=False)
    photo.save(force_insert=True)
    return photo


def photos_forget_unused(*, now: datetime, limit: int = 1000) -> int:
    """Drop photos no step has named for thirty days, rows first; returns how many."""
    old = Photo.objects.filter(case__isnull=True, uploaded_at__lt=now - UNUSED_KEPT_FOR)
    dropped = 0
    for photo in old.order_by("uploaded_at")[:limit]:
        with transaction.atomic():
            # Conditional, so that a step naming it this very moment wins.
            gone, _rows = Photo.objects.filter(pk=photo.pk, case__isnull=True).delete()
        if gone:
            photo.file.delete(save=False)
            photo.thumb.delete(save=False)
            dropped += 1
    return dropped
