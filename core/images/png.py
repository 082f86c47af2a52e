"""Take a PNG apart (W3C PNG, third edition): only the chunks the still picture needs go on.

Text chunks (each may unpack to megabytes) and the further frames of an animation stay outside.
"""

import zlib
from collections.abc import Iterator

from core.images.refusals import PhotoDamaged
from core.images.shapes import Container

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
MAX_CHUNKS = 50_000
MAX_PROFILE = 1_000_000


def open_png(data: bytes) -> Container:
    """Container of the still picture; PhotoDamaged for a wrong checksum or a missing end."""
    kept, exif, icc = [SIGNATURE], b"", b""
    for kind, body, whole in _chunks(data):
        if kind in _KEPT:
            if zlib.crc32(kind + body) != int.from_bytes(whole[-4:]):
                raise PhotoDamaged
            kept.append(whole)
        elif kind == b"eXIf":
            exif = body
        elif kind == b"iCCP":
            icc = _profile(body)
    header = kept[1][8:] if len(kept) > 1 else b""
    if kept[1][4:8] != b"IHDR" or len(header) < 8:
        raise PhotoDamaged
    size = (int.from_bytes(header[:4]), int.from_bytes(header[4:8]))
    return Container(b"".join(kept), *size, exif=exif, icc=icc)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Kind, body and the whole of each chunk up to the end mark, which must come."""
    at = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        if end > len(data) or at + 12 > len(data):
            raise PhotoDamaged
        kind = data[at + 4 : at + 8]
        yield kind, data[at + 8 : end - 4], data[at:end]
        if kind == b"IEND":
            return
        at = end
    raise PhotoDamaged


def _profile(body: bytes) -> bytes:
    """The colour profile of an iCCP chunk; nothing when it is broken or unpacks beyond reason."""
    _name, _separator, packed = body.partition(b"\x00")
    unpacker = zlib.decompressobj()
    try:
        profile = unpacker.decompress(packed[1:], MAX_PROFILE)
    except zlib.error:
        return b""
    return profile if unpacker.eof else b""
