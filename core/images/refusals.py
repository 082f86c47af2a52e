"""Why a photo is not taken, each with the sentence that tells what to do."""

from typing import ClassVar

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.errors import CityError


class PhotoRefused(CityError):
    """A file that can't be kept as a photo. Raised only as one of the classes below."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "photo_refused"
    title = _("The photo was not taken")


class PhotoNotAnImage(PhotoRefused):
    """Text, a document or anything else that is no picture."""

    status = 415
    code = "photo_not_an_image"

    def __init__(self) -> None:
        super().__init__(_("This file is not a picture. Choose a photo (JPEG, PNG, WebP or HEIC)."))


class PhotoKindNotTaken(PhotoRefused):
    """A picture, but of a kind that phones and cameras don't make. ``kind`` is its usual name."""

    status = 415
    code = "photo_kind_not_taken"

    def __init__(self, kind: str) -> None:
        sentence = _("{kind} pictures can't be used. Send the photo as JPEG, PNG, WebP or HEIC.")
        super().__init__(format_lazy(sentence, kind=kind), kind=kind)


class PhotoTooLarge(PhotoRefused):
    """More bytes than ``max_bytes``."""

    status = 413
    code = "photo_too_large"

    def __init__(self, max_bytes: int) -> None:
        megabytes = f"{max_bytes / 1_000_000:.3g}"
        sentence = _(
            "The photo is larger than {megabytes} MB. "
            "Take it again at a lower resolution or send a smaller copy."
        )
        super().__init__(format_lazy(sentence, megabytes=megabytes), max_bytes=max_bytes)


class PhotoTooManyPixels(PhotoRefused):
    """Unpacked, the picture would have more than ``max_pixels`` or an absurdly long side."""

    status = 413
    code = "photo_too_many_pixels"

    def __init__(self, max_pixels: int) -> None:
        megapixels = f"{max_pixels / 1_000_000:.3g}"
        sentence = _(
            "The picture has more than {megapixels} million pixels or a side that is far too long. "
            "Take it again at a lower resolution or send a smaller copy."
        )
        super().__init__(format_lazy(sentence, megapixels=megapixels), max_pixels=max_pixels)


class PhotoDamaged(PhotoRefused):
    """Cut off or corrupt: it can't be shown whole."""

    status = 400
    code = "photo_damaged"

    def __init__(self) -> None:
        super().__init__(_("The photo arrived incomplete or damaged. Send it again or take a new one."))
