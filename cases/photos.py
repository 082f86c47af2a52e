"""A photo as templates and scripts show it."""

from typing import Any
from uuid import UUID

from django.urls import reverse

from cases.models import Photo


def addresses(photo_id: UUID | str) -> dict[str, str]:
    """Where the photo and its small copy are served to those who may see them."""
    name = str(photo_id)
    return {
        "id": name,
        "url": reverse("cases:photo", args=[name]),
        "thumb_url": reverse("cases:photo_small", args=[name]),
    }


def shown(photo: Photo) -> dict[str, Any]:
    """The photo for a grid of photos."""
    return addresses(photo.pk) | {
        "purpose": photo.purpose,
        "event_seq": photo.event_seq,
        "caption": photo.get_purpose_display(),
        "alt": photo.get_purpose_display(),
        "made_up": photo.made_up,
    }
