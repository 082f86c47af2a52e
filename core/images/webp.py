"""Take a WebP apart (RFC 9649). Its canvas is read here because a decoder reserves it on opening."""

from collections.abc import Iterator

from core.images.refusals import PhotoDamaged
from core.images.shapes import Container

MAX_CHUNKS = 10_000


def open_webp(data: bytes) -> Container:
    """Container of the file without anything behind its end; PhotoDamaged when it is cut off."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data) or end < 30:
        raise PhotoDamaged
    riff = data[:end]
    exif = icc = b""
    for kind, start, size in _chunks(riff):
        if kind == b"EXIF":
            exif = riff[start : start + size].removeprefix(b"Exif\x00\x00")
        elif kind == b"ICCP":
            icc = riff[start : start + size]
    return Container(riff, *_canvas(riff), exif=exif, icc=icc)


def _chunks(riff: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = 12
    for _ in range(MAX_CHUNKS):
        if at + 8 > len(riff):
            return
        size = int.from_bytes(riff[at + 4 : at + 8], "little")
        if at + 8 + size > len(riff):
            raise PhotoDamaged
        yield riff[at : at + 4], at + 8, size
        at += 8 + size + (size & 1)
    raise PhotoDamaged


def _canvas(riff: bytes) -> tuple[int, int]:
    """Width and height by the first chunk, which is one of three kinds."""
    kind = riff[12:16]
    if kind == b"VP8 " and riff[23:26] == b"\x9d\x01\x2a":
        width, height = riff[26:28], riff[28:30]
        return int.from_bytes(width, "little") & 0x3FFF, int.from_bytes(height, "little") & 0x3FFF
    if kind == b"VP8L" and riff[20] == 0x2F:
        bits = int.from_bytes(riff[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        return int.from_bytes(riff[24:27], "little") + 1, int.from_bytes(riff[27:30], "little") + 1
    raise PhotoDamaged
