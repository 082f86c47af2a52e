"""What goes into the photo pipeline, passes through it and comes out."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PhotoLimits:
    """``max_bytes`` of the file, ``max_pixels`` unpacked; sides in pixels of what is kept."""

    max_bytes: int
    max_pixels: int
    max_side: int = 2560
    thumb_side: int = 480


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A photo fit to be stored: upright sRGB JPEG without any metadata, and what the metadata said.

    ``width`` and ``height`` are those of ``jpeg`` in pixels; the digests are SHA-256 in hex, of the
    bytes that came and of ``jpeg``. ``taken_at`` is aware. ``longitude`` and ``latitude`` are WGS 84
    degrees, both given or both None.
    """

    jpeg: bytes
    thumbnail: bytes
    width: int
    height: int
    sha256_received: str
    sha256_kept: str
    taken_at: datetime | None
    longitude: float | None
    latitude: float | None
    original_format: str


@dataclass(frozen=True, slots=True)
class Container:
    """A file taken apart. ``picture`` is the least a decoder needs: no metadata, no text, no tail.

    ``exif`` is a TIFF block as found, ``icc`` a colour profile; both untrusted.
    """

    picture: bytes
    width: int
    height: int
    exif: bytes = b""
    icc: bytes = b""
