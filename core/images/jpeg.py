"""Take a JPEG apart (ITU-T T.81, Annex B): its pixels, its Exif block, its colour profile.

The decoder never sees the rest. Comments, previews, second pictures of an MPO, film of a moving
photo and whatever was appended behind the end stay outside. Pillow reads Exif on opening and copies
what every entry points to, which a crafted block turns into gigabytes; so it gets none.
"""

import re

from core.images.refusals import PhotoDamaged
from core.images.shapes import Container

SOI, EOI, SOS, APP0, APP1, APP2, APP14, COM = b"\xff\xd8", 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE, 0xFE
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
# Inside coded data a byte FF is followed by 00, a restart mark or a fill byte; anything else ends it.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_FILL = re.compile(rb"\xff+")
_EXIF, _ICC = b"Exif\x00", b"ICC_PROFILE\x00"
# Cameras and optimisers write at most a few dozen scans; every one costs a pass over all pixels.
MAX_SCANS = 40
# Every block of 8 x 8 pixels takes a bit at least. A decoder would fill up what is missing with grey.
_MOST_PIXELS_A_BYTE = 8 * 64


class _Parts:
    def __init__(self) -> None:
        self.kept: list[bytes] = [SOI]
        self.size = (0, 0)
        self.exif = b""
        self.icc: list[bytes] = []
        self.scans = 0

    def take(self, marker: int, segment: bytes) -> None:
        """Sort one segment; ``segment`` starts with its FF and marker byte, the body follows at 4."""
        body = segment[4:]
        if marker == APP1:
            self.exif = self.exif or (body[6:] if body.startswith(_EXIF) else b"")
        elif marker == APP2:
            self.icc += [body[len(_ICC) + 2 :]] if body.startswith(_ICC) else []
        elif self._decoder_needs(marker, body):
            self.kept.append(segment)
        if marker in _FRAMES and len(body) >= 5:
            self.size = (int.from_bytes(body[3:5]), int.from_bytes(body[1:3]))

    @staticmethod
    def _decoder_needs(marker: int, body: bytes) -> bool:
        """The pixels' own segments, and the two that say which colour space they are in."""
        if marker == APP0:
            return body.startswith(b"JFIF\x00")
        if marker == APP14:
            return body.startswith(b"Adobe")
        return marker != COM and not APP0 <= marker <= 0xEF


def open_jpeg(data: bytes) -> Container:
    """Container of the first picture in ``data``; PhotoDamaged when it has no proper end."""
    parts, at = _Parts(), 2
    while True:
        at, marker = _marker(data, at)
        if marker == EOI:
            break
        if marker in _ALONE:
            continue
        length = int.from_bytes(data[at : at + 2])
        end = at + length
        if length < 2 or end > len(data):
            raise PhotoDamaged
        if marker == SOS:
            end = _end_of_scan(data, end)
            parts.scans += 1
        parts.take(marker, data[at - 2 : end])
        at = end
    if not parts.scans or parts.scans > MAX_SCANS:
        raise PhotoDamaged
    picture = b"".join([*parts.kept, b"\xff\xd9"])
    if parts.size[0] * parts.size[1] > len(picture) * _MOST_PIXELS_A_BYTE:
        raise PhotoDamaged
    return Container(picture, *parts.size, exif=parts.exif, icc=b"".join(parts.icc))


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """The marker at ``at``, and where its length stands. Fill bytes before it are skipped."""
    fill = _FILL.match(data, at)
    if fill is None or fill.end() >= len(data):
        raise PhotoDamaged
    return fill.end() + 1, data[fill.end()]


def _end_of_scan(data: bytes, start: int) -> int:
    found = _NEXT_MARKER.search(data, start)
    if found is None:
        raise PhotoDamaged
    return found.start()
