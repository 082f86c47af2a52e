"""More files that strangers send: two kinds in one, headers that lie, metadata that never ends.

Same shape as ``tests.core.hostile``; ``EVERYTHING`` is both. ``NAMES`` are file names sent with good files.
"""

import struct
import zlib
from functools import partial

from PIL import Image

from tests.core import exif_blocks as exif
from tests.core.hostile import (
    DAMAGED,
    HOSTILE,
    KEPT,
    KIND_NOT_TAKEN,
    NOT_AN_IMAGE,
    SECRET,
    TOO_MANY_PIXELS,
    Sample,
    _zip,
    chunk,
    heic,
    jpeg,
    jpeg_with_exif,
    picture,
    png_header,
    png_with,
    saved,
    segment,
    with_segments,
)

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_XMP_MORE = b"http://ns.adobe.com/xmp/extension/\x00"


def _png(width: int, height: int, rows: bytes, depth: int = 8, colour: int = 2, interlace: int = 0) -> bytes:
    body = struct.pack(">LLBBBBB", width, height, depth, colour, 0, 0, interlace)
    return SIGNATURE + chunk(b"IHDR", body) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def _interlaced() -> bytes:
    rows = b""
    for x, y, across, down in _PASSES:
        columns, lines = len(range(x, 64, across)), len(range(y, 48, down))
        rows += (b"\x00" + b"\x80" * columns) * lines
    return _png(64, 48, rows, colour=0, interlace=1)


def _deep(colour: int, channels: int) -> bytes:
    return _png(64, 48, (b"\x00" + b"\x80\x01" * 64 * channels) * 48, depth=16, colour=colour)


def _idat_bomb() -> bytes:
    """A small picture whose pixels unpack to 40 MB more than it needs."""
    return _png(64, 48, (b"\x00" + bytes(64 * 3)) * 48 + bytes(40_000_000))


def _many_pieces() -> bytes:
    pieces = [chunk(b"IDAT", bytes([one])) for one in zlib.compress((b"\x00" + bytes(64 * 3)) * 48, 0)]
    return SIGNATURE + png_header(64, 48) + b"".join(pieces) + chunk(b"IEND", b"")


def _frames_png(count: int) -> bytes:
    frame = zlib.compress((b"\x00" + bytes(64 * 3)) * 48)
    control = [chunk(b"acTL", struct.pack(">LL", count, 0))]
    later = b"".join(
        chunk(b"fcTL", struct.pack(">LLLLLHHBB", 2 * n, 64, 48, 0, 0, 1, 1, 0, 0))
        + chunk(b"fdAT", struct.pack(">L", 2 * n + 1) + frame)
        for n in range(count)
    )
    plain = png_with(*control)
    return plain[:-12] + later + plain[-12:]


def _frames_gif(count: int) -> bytes:
    plain = saved(picture(mode="P"), "GIF")
    at = plain.index(b"\x2c", 13 + 3 * 2 ** ((plain[10] & 7) + 1))
    return plain[:at] + plain[at:-1] * count + b";"


def _frames_webp(count: int) -> bytes:
    plain = saved(picture(), "WEBP", save_all=True, append_images=[Image.new("RGB", (64, 48), "green")])
    at = plain.index(b"ANMF")
    size = 8 + int.from_bytes(plain[at + 4 : at + 8], "little")
    body = plain[8:at] + plain[at : at + size + (size & 1)] * count
    return b"RIFF" + struct.pack("<L", len(body)) + body


def _webp_lossless_lying() -> bytes:
    plain = bytearray(saved(picture(), "WEBP", lossless=True))
    at = plain.index(b"VP8L") + 9
    plain[at : at + 4] = (0x3FFF | 0x3FFF << 14).to_bytes(4, "little")
    return bytes(plain)


def _webp_frame_larger_than_canvas() -> bytes:
    plain = bytearray(saved(picture(), "WEBP", exif=b"Exif\x00\x00" + exif.block()))
    at = plain.index(b"VP8X") + 12
    plain[at : at + 6] = b"\x03\x00\x00\x02\x00\x00"
    return bytes(plain)


def _reframed(marker: int) -> bytes:
    """The same picture said to be coded another way."""
    plain = bytearray(jpeg())
    plain[plain.index(b"\xff\xc0") + 1] = marker
    return bytes(plain)


def _two_headers() -> bytes:
    plain = jpeg()
    at = plain.index(b"\xff\xc0")
    first = bytearray(plain[at : at + 19])
    first[5:9] = struct.pack(">HH", 8, 8)
    return plain[:at] + bytes(first) + plain[at:]


def _without(marker: bytes) -> bytes:
    """A JPEG without its tables."""
    plain = jpeg()
    while marker in plain:
        at = plain.index(marker)
        plain = plain[:at] + plain[at + 2 + int.from_bytes(plain[at + 2 : at + 4]) :]
    return plain


def _icc_bomb() -> bytes:
    parts = [segment(0xE2, b"ICC_PROFILE\x00" + bytes([n, 255]) + SECRET * 1500) for n in range(1, 200)]
    return with_segments(*parts)


def _xmp_bomb() -> bytes:
    """Extended XMP of two hundred parts, each said to belong to four gigabytes; entities inside entities."""
    laughs = b'<!ENTITY a "' + b"&b;" * 900 + b'">' + SECRET
    head = _XMP_MORE + b"0" * 32 + struct.pack(">LL", 2**32 - 1, 0)
    return with_segments(*[segment(0xE1, head + laughs * 20)] * 200)


def _thumbnail_bomb() -> bytes:
    """A second directory whose preview is said to be a gigabyte, and is a picture of 60000 x 60000."""
    entries = [exif.short(0x0103, 6), exif.long(0x0201, 200), exif.long(0x0202, 2**30)]
    root = exif.block([exif.short(exif.ORIENTATION, 1)], following=100)
    block = root.ljust(100, b"\x00")[:100] + exif.directory(entries, 100)
    return jpeg_with_exif(block.ljust(200, b"\x00") + jpeg()[:600] + SECRET)


def _maker_note() -> bytes:
    """Notes of a camera maker that hold directories pointing at the whole block again."""
    note = exif.directory([exif.long(0x927C, 8), exif.long(exif.EXIF_POINTER, 8)], 8, 8) * 900
    return jpeg_with_exif(exif.block(camera=[(0x927C, 7, (note + SECRET)[:60_000])]))


def _not_a_number() -> bytes:
    """A position in numbers that are none."""
    nan = struct.pack("<ddd", float("nan"), float("inf"), -0.0)
    exif.type_sizes.setdefault(12, 8)
    gps = [exif.text(1, "N"), (2, 12, nan), exif.text(3, "E"), (4, 12, nan)]
    return jpeg_with_exif(exif.block(gps=gps))


def _boxes(depth: int) -> bytes:
    inner = b""
    for _level in range(depth):
        inner = struct.pack(">L", len(inner) + 8) + b"moov" + inner
    return b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + inner


def _endless_box(size: int) -> bytes:
    head = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
    return head + struct.pack(">L4sQ", 1, b"meta", size) + SECRET


def _heic_cut(part: float) -> bytes:
    whole = heic()
    return whole[: int(len(whole) * part)]


MORE: dict[str, Sample] = {
    "pdf and jpeg": Sample(lambda: b"%PDF-1.7\n" + jpeg() + SECRET, NOT_AN_IMAGE),
    "jpeg and pdf": Sample(
        lambda: with_segments(segment(0xFE, b"%PDF-1.7\n" + SECRET)) + b"%%EOF" + SECRET, KEPT
    ),
    "png and zip": Sample(lambda: saved(picture(), "PNG") + _zip(), KEPT),
    "jpeg and web page": Sample(
        lambda: with_segments(segment(0xE0, b"JFXX\x00*/--><html>" + SECRET)) + b"<html>" + SECRET, KEPT
    ),
    "jpeg and film": Sample(lambda: jpeg() + b"\x00\x00\x00\x18ftypmp42" + SECRET * 999, KEPT),
    "gif and web page": Sample(lambda: b"GIF89a<html>" + SECRET, KIND_NOT_TAKEN),
    "windows program": Sample(lambda: b"MZ\x90\x00" + bytes(60) + b"PE\x00\x00" + SECRET, NOT_AN_IMAGE),
    "linux program": Sample(lambda: b"\x7fELF\x02\x01\x01" + bytes(60), NOT_AN_IMAGE),
    "shell script": Sample(lambda: b"#!/bin/sh\n# \xff\xd8\xff\n", NOT_AN_IMAGE),
    "php": Sample(lambda: b"<?php system($_GET[0]); ?>" + jpeg(), NOT_AN_IMAGE),
    "quicktime film": Sample(lambda: b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ", NOT_AN_IMAGE),
    "big tiff": Sample(lambda: b"II+\x00\x08\x00\x00\x00" + bytes(60), NOT_AN_IMAGE),
    "tiff of a million tiles": Sample(
        lambda: exif.block([exif.long(0x0100, 10**6), exif.long(0x0142, 1), (0x0144, 4, bytes(4_000_000))]),
        KIND_NOT_TAKEN,
    ),
    "gif of 10000 frames": Sample(lambda: _frames_gif(10_000), KIND_NOT_TAKEN),
    "png of 10000 frames": Sample(lambda: _frames_png(10_000), KEPT),
    "png of 60000 frames": Sample(lambda: _frames_png(60_000), DAMAGED),
    "webp of 5000 frames": Sample(lambda: _frames_webp(5000), KEPT),
    "webp of 20000 frames": Sample(lambda: _frames_webp(20_000), DAMAGED),
    "webp claiming 16384 x 16384 without loss": Sample(_webp_lossless_lying, TOO_MANY_PIXELS),
    "webp whose frame is larger than its canvas": Sample(_webp_frame_larger_than_canvas, DAMAGED),
    "webp of two": Sample(lambda: saved(picture(), "WEBP") * 2, KEPT),
    "jpeg of one pixel": Sample(lambda: jpeg(1, 1), KEPT),
    "jpeg one pixel high, 20000 wide": Sample(lambda: jpeg(20_000, 1), KEPT),
    "jpeg progressive": Sample(lambda: jpeg(progressive=True), KEPT),
    "jpeg said to be lossless": Sample(partial(_reframed, 0xC3), DAMAGED),
    "jpeg said to be arithmetic": Sample(partial(_reframed, 0xC9), KEPT),
    "jpeg said to be hierarchical": Sample(partial(_reframed, 0xC5), DAMAGED),
    "jpeg with two headers": Sample(_two_headers, DAMAGED),
    "jpeg without its tables of codes": Sample(partial(_without, b"\xff\xc4"), KEPT),
    "jpeg without its tables of steps": Sample(partial(_without, b"\xff\xdb"), DAMAGED),
    "jpeg of fill bytes": Sample(lambda: b"\xff\xd8" + b"\xff" * 2_000_000, DAMAGED),
    "jpeg of restart marks": Sample(lambda: jpeg()[:-2] + b"\xff\xd0" * 500_000 + b"\xff\xd9", KEPT),
    "jpeg with a colour profile of 12 MB": Sample(_icc_bomb, KEPT),
    "jpeg with xmp without end": Sample(_xmp_bomb, KEPT),
    "exif with a preview of a gigabyte": Sample(_thumbnail_bomb, KEPT),
    "exif with notes that go round": Sample(_maker_note, KEPT),
    "exif with a position that is no number": Sample(_not_a_number, KEPT),
    "exif with orientation 9": Sample(
        lambda: jpeg_with_exif(exif.block([exif.short(exif.ORIENTATION, 9)])), KEPT
    ),
    "exif with orientation 0": Sample(
        lambda: jpeg_with_exif(exif.block([exif.short(exif.ORIENTATION, 0)])), KEPT
    ),
    "png interlaced": Sample(_interlaced, KEPT),
    "png interlaced with nothing in it": Sample(
        lambda: _png(6000, 6000, b"", interlace=1), DAMAGED
    ),
    "png in sixteen bits and colours": Sample(lambda: _deep(2, 3), KEPT),
    "png in sixteen bits and see-through": Sample(lambda: _deep(6, 4), KEPT),
    "png with 40 MB behind its pixels": Sample(_idat_bomb, KEPT),
    "png in pieces of one byte": Sample(_many_pieces, KEPT),
    "png with two headers": Sample(lambda: png_with(png_header(6000, 6000)), DAMAGED),
    "png of no size": Sample(lambda: _png(0, 0, b""), DAMAGED),
    "png with an unknown depth": Sample(lambda: _png(64, 48, b"\x00" * 5000, depth=3), DAMAGED),
    "heic of boxes in boxes": Sample(lambda: _boxes(20_000), DAMAGED),
    "heic with a box without end": Sample(lambda: _endless_box(2**63), DAMAGED),
    **{f"heic cut off after {p:.0%}": Sample(partial(_heic_cut, p), DAMAGED) for p in (0.3, 0.6, 0.9)},
}  # fmt: skip
EVERYTHING = HOSTILE | MORE

NAMES = (
    "../../../../etc/passwd.jpg", "..\\..\\windows\\system32\\x.jpg", "/etc/cron.d/x.jpg", "C:\\x.jpg",
    "a\x00.jpg", "\u202egpj.exe", "x" * 300 + ".jpg", "x.php.jpg", "x.jpg.html", "x.svg", ".htaccess", "CON",
    "..", ".", "/", " ", "<img src=x onerror=alert(1)>.jpg", "';DROP TABLE cases_photo;--.jpg", "a\tb.jpg",
    "照片😀.jpg", "%2e%2e%2fx.jpg", "${jndi:ldap://x}.jpg", "x.jpg;type=text/html",
)  # fmt: skip
