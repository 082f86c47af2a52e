"""The one way a photo comes in: bytes from a stranger to a picture that is safe to keep and show."""

import hashlib
import io
from collections.abc import Callable
from typing import BinaryIO

from PIL import Image

from core.images import kinds
from core.images.exif import ExifFacts, read_exif
from core.images.heif import decode_heif
from core.images.jpeg import open_jpeg
from core.images.png import open_png
from core.images.refusals import PhotoDamaged, PhotoRefused, PhotoTooLarge, PhotoTooManyPixels
from core.images.render import as_jpeg, plain_picture, shrunk
from core.images.shapes import Container, KeptPhoto, PhotoLimits
from core.images.webp import open_webp

# Above this Pillow warns of a decompression bomb; it is our ceiling too, whatever the limits say.
_CEILING_PIXELS = 89_478_485
_CEILING_SIDE = 32_000
_CHUNK = 1 << 20
_OPENERS: dict[str, Callable[[bytes], Container]] = {
    kinds.JPEG: open_jpeg,
    kinds.PNG: open_png,
    kinds.WEBP: open_webp,
}


def read_photo(data: BinaryIO | bytes, *, limits: PhotoLimits) -> KeptPhoto:
    """The photo in ``data`` as it is to be kept: first frame, upright, sRGB, without metadata.

    Reads a stream from where it stands, at most ``limits.max_bytes`` + 1 bytes. JPEG (MPO too), PNG,
    WebP and HEIC are taken. Raises PhotoRefused in one of its classes and nothing else.
    """
    raw = _read_bounded(data, limits.max_bytes)
    kind = kinds.recognise(raw)
    try:
        picture, facts = _decode(raw, kind, limits)
        return _keep(raw, kind, picture, facts, limits)
    except PhotoRefused:
        raise
    except MemoryError as greedy:
        raise PhotoTooManyPixels(limits.max_pixels) from greedy
    except Exception as broken:  # decoders of strangers' bytes raise what they like
        raise PhotoDamaged from broken


def _read_bounded(data: BinaryIO | bytes, max_bytes: int) -> bytes:
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    parts: list[bytes] = []
    left = max_bytes + 1
    while left and (part := stream.read(min(left, _CHUNK))):
        parts.append(part)
        left -= len(part)
    if not left:
        raise PhotoTooLarge(max_bytes)
    return b"".join(parts)


def _decode(raw: bytes, kind: str, limits: PhotoLimits) -> tuple[Image.Image, ExifFacts]:
    """A plain picture and what its metadata said."""
    if kind == kinds.HEIF:
        # libheif has turned the picture already; the Exif orientation of a HEIC is not to be obeyed.
        most = min(limits.max_pixels, _CEILING_PIXELS)
        heif = decode_heif(raw, max_pixels=most, max_side=limits.max_side)
        image, icc, facts, orientation = heif.image, heif.icc, read_exif(heif.exif), 1
    else:
        container = _OPENERS[kind](raw)
        _check_size(container, limits.max_pixels)
        image, icc, facts = _load(container, kind, limits.max_side), container.icc, read_exif(container.exif)
        orientation = facts.orientation
    return plain_picture(image, icc=icc, orientation=orientation, max_side=limits.max_side), facts


def _check_size(container: Container, max_pixels: int) -> None:
    """By the header, before anything is unpacked."""
    width, height = container.width, container.height
    if not width or not height:
        raise PhotoDamaged
    if width * height > min(max_pixels, _CEILING_PIXELS) or max(width, height) > _CEILING_SIDE:
        raise PhotoTooManyPixels(max_pixels)


def _load(container: Container, kind: str, max_side: int) -> Image.Image:
    """Decoded pixels. Only the plugin of the recognised kind may run."""
    image = Image.open(io.BytesIO(container.picture), formats=[kind])
    if image.size != (container.width, container.height):
        raise PhotoDamaged
    image.draft(None, (max_side, max_side))  # a JPEG several times too large is decoded smaller
    image.load()
    return image


def _keep(raw: bytes, kind: str, picture: Image.Image, facts: ExifFacts, limits: PhotoLimits) -> KeptPhoto:
    jpeg = as_jpeg(picture)
    longitude, latitude = facts.position or (None, None)
    return KeptPhoto(
        jpeg=jpeg,
        thumbnail=as_jpeg(shrunk(picture, limits.thumb_side)),
        width=picture.width,
        height=picture.height,
        sha256_received=hashlib.sha256(raw).hexdigest(),
        sha256_kept=hashlib.sha256(jpeg).hexdigest(),
        taken_at=facts.taken_at,
        longitude=longitude,
        latitude=latitude,
        original_format=kind,
    )
