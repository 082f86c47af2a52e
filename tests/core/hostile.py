"""Files that strangers send, each built in code: broken, lying, oversized, or carrying something else.

``HOSTILE`` maps a name to a :class:`Sample`. ``outcome`` is the code of the refusal, or ``KEPT``. What
is kept must carry no trace of ``SECRET``, which stands wherever a file can hide something.
"""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pillow_heif
from PIL import Image, ImageCms, PngImagePlugin

from tests.core import exif_blocks as exif

KEPT = "kept"
SECRET = b"<script>alert('hidden-payload')</script>"
NOT_AN_IMAGE, KIND_NOT_TAKEN = "photo_not_an_image", "photo_kind_not_taken"
TOO_LARGE, TOO_MANY_PIXELS, DAMAGED = "photo_too_large", "photo_too_many_pixels", "photo_damaged"
MAX_BYTES, MAX_PIXELS = 20_000_000, 50_000_000


@dataclass(frozen=True)
class Sample:
    """``build`` gives the bytes; big ones are made only when asked for."""

    build: Callable[[], bytes]
    outcome: str


def picture(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Left half red, right half blue, so that turns and mirrors show."""
    image = Image.new("RGB", (width, height), (200, 20, 20))
    image.paste((20, 20, 200), (width // 2, 0, width, height))
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def jpeg(width: int = 64, height: int = 48, **options: object) -> bytes:
    return saved(picture(width, height), "JPEG", **options)


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def with_segments(*segments: bytes) -> bytes:
    """A small JPEG with segments right behind its start."""
    plain = jpeg()
    return plain[:2] + b"".join(segments) + plain[2:]


def jpeg_with_exif(tiff: bytes) -> bytes:
    return with_segments(segment(0xE1, b"Exif\x00\x00" + tiff))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))


def png_header(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    return chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, depth, colour, 0, 0, 0))


def png_with(*chunks: bytes) -> bytes:
    """A small PNG with chunks right behind its header."""
    plain = saved(picture(), "PNG")
    return plain[:33] + b"".join(chunks) + plain[33:]


def _png_bomb() -> bytes:
    rows = zlib.compress(bytes(1 + 30_000 // 8) * 30_000, 9)
    head = b"\x89PNG\r\n\x1a\n" + png_header(30_000, 30_000, depth=1, colour=0)
    return head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _png_without_pixels() -> bytes:
    head = b"\x89PNG\r\n\x1a\n" + png_header(6000, 6000)
    return head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def _png_thin() -> bytes:
    head = b"\x89PNG\r\n\x1a\n" + png_header(1, 49_000_000, depth=1, colour=0)
    return head + chunk(b"IDAT", zlib.compress(b"\x00\x00")) + chunk(b"IEND", b"")


def _png_wrong_checksum() -> bytes:
    plain = bytearray(saved(picture(), "PNG"))
    plain[-14] ^= 0xFF
    return bytes(plain)


def _text_bombs() -> bytes:
    packed = zlib.compress(SECRET + bytes(40_000_000), 9)
    chunks = [chunk(b"zTXt", b"Comment\x00\x00" + packed)] * 40
    return png_with(*chunks, chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + packed))


def _profile_bomb() -> bytes:
    return png_with(chunk(b"iCCP", b"x\x00\x00" + zlib.compress(bytes(100_000_000), 9)))


def _telling_exif() -> bytes:
    return b"Exif\x00\x00" + exif.block([exif.text(0x010E, SECRET.decode())])


def _png_metadata() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SECRET.decode())
    return saved(
        picture(),
        "PNG",
        pnginfo=info,
        exif=_telling_exif(),
    )


def _frames(kind: str) -> bytes:
    return saved(picture(), kind, save_all=True, append_images=[Image.new("RGB", (64, 48), "green")] * 3)


def _zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("index.html", SECRET)
    return target.getvalue()


def _scans() -> bytes:
    """A progressive JPEG that repeats its last scan: little to send, a pass over all pixels each."""
    plain = saved(picture(), "JPEG", progressive=True)
    last = plain.rindex(b"\xff\xda")
    return plain[:last] + plain[last:-2] * 5000 + plain[-2:]


def _jpeg_lying(width: int, height: int) -> bytes:
    plain = bytearray(jpeg())
    frame = plain.index(b"\xff\xc0")
    plain[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(plain)


def _extended_exif_bomb() -> bytes:
    """Segment after segment of Exif; each of 5000 entries claims most of it as its value."""
    claim = struct.pack("<H", 5000) + b"".join(
        struct.pack("<HHLL", tag, 7, 9_000_000, 8) for tag in range(20_000, 25_000)
    )
    first = segment(0xE1, b"Exif\x00\x00II*\x00\x08\x00\x00\x00" + claim)
    return with_segments(first, *[segment(0xE1, b"Exif\x00\x00" + bytes(65_000))] * 150)


def _noise_60_mb() -> bytes:
    return jpeg()[:-2] + random.Random(7).randbytes(60_000_000)


def _noise() -> bytes:
    return jpeg()[:200] + random.Random(7).randbytes(300_000)


def heic(width: int = 64, height: int = 48, **options: object) -> bytes:
    target = io.BytesIO()
    pillow_heif.from_pillow(picture(width, height)).save(target, quality=80, **options)
    return target.getvalue()


def _heic_lying(width: int, height: int, truth: tuple[int, int] = (64, 64)) -> bytes:
    plain = bytearray(heic(*truth))
    at = plain.index(b"ispe") + 8
    plain[at : at + 8] = struct.pack(">LL", width, height)
    return bytes(plain)


def _mpo() -> bytes:
    second = Image.new("RGB", (64, 48), "green")
    return saved(picture(), "MPO", save_all=True, append_images=[second])


def _profiled(profile: bytes) -> bytes:
    return jpeg(icc_profile=profile)


def _srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _palette() -> bytes:
    return saved(picture(mode="P"), "PNG", transparency=0)


def _see_through() -> bytes:
    return saved(Image.new("RGBA", (64, 48), (0, 0, 0, 0)), "PNG")


def _sixteen_bits() -> bytes:
    rows = b"".join(b"\x00" + struct.pack(">64H", *[0x8000] * 64) for _ in range(48))
    head = b"\x89PNG\r\n\x1a\n" + png_header(64, 48, depth=16, colour=0)
    return head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _looping_exif() -> bytes:
    return exif.block([exif.short(exif.ORIENTATION, 6)], following=8)


def _pointing_at_itself() -> bytes:
    entries = [exif.long(exif.EXIF_POINTER, 8), exif.long(exif.GPS_POINTER, 8)]
    return b"II*\x00\x08\x00\x00\x00" + exif.directory(entries, 8, 8)


def _located(latitude: exif.Rationals, longitude: exif.Rationals) -> bytes:
    return jpeg_with_exif(exif.block(gps=exif.place(latitude, longitude)))


def _cut(size: int) -> bytes:
    return _WIDE[:size]


_ZERO = ((29, 0), (0, 0), (1, 0))
_WIDE = saved(picture(400, 300), "JPEG", quality=95)
_CUTS = (3, 20, 100, 300, 600, 900, len(_WIDE) // 2, len(_WIDE) - 200, len(_WIDE) - 1)

HOSTILE: dict[str, Sample] = {
    "nothing": Sample(lambda: b"", DAMAGED),
    "one byte": Sample(lambda: b"\xff", NOT_AN_IMAGE),
    "text named jpg": Sample(lambda: "路灯坏了".encode() + SECRET, NOT_AN_IMAGE),
    "html": Sample(lambda: b"<!doctype html><html>" + SECRET, NOT_AN_IMAGE),
    "svg with script": Sample(lambda: b'<svg xmlns="http://www.w3.org/2000/svg">' + SECRET, NOT_AN_IMAGE),
    "pdf": Sample(lambda: b"%PDF-1.7\n" + SECRET, NOT_AN_IMAGE),
    "eps": Sample(lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n" + SECRET, NOT_AN_IMAGE),
    "zip": Sample(_zip, NOT_AN_IMAGE),
    "film": Sample(lambda: b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + SECRET, NOT_AN_IMAGE),
    "gif": Sample(lambda: saved(picture(mode="P"), "GIF"), KIND_NOT_TAKEN),
    "gif that is javascript": Sample(lambda: b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)", KIND_NOT_TAKEN),
    "psd header": Sample(lambda: b"8BPS\x00\x01" + bytes(20), KIND_NOT_TAKEN),
    "tiff": Sample(lambda: saved(picture(), "TIFF"), KIND_NOT_TAKEN),
    "bmp": Sample(lambda: saved(picture(), "BMP"), KIND_NOT_TAKEN),
    "ico": Sample(lambda: saved(picture(), "ICO"), KIND_NOT_TAKEN),
    "avif": Sample(lambda: b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00mif1avifmiaf", KIND_NOT_TAKEN),
    "jpeg and zip": Sample(lambda: jpeg() + _zip(), KEPT),
    "jpeg and script": Sample(lambda: jpeg() + SECRET, KEPT),
    "jpeg with html in its comment": Sample(lambda: with_segments(segment(0xFE, SECRET)), KEPT),
    "jpeg with html in every application segment": Sample(
        lambda: with_segments(*[segment(marker, SECRET) for marker in range(0xE0, 0xF0)]), KEPT
    ),
    "jpeg with xmp": Sample(
        lambda: with_segments(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + SECRET)), KEPT
    ),
    "jpeg start mark only": Sample(lambda: b"\xff\xd8\xff", DAMAGED),
    "jpeg without pixels": Sample(lambda: jpeg()[: jpeg().index(b"\xff\xda")] + b"\xff\xd9", DAMAGED),
    "jpeg claiming 60000 x 60000": Sample(lambda: _jpeg_lying(60_000, 60_000), DAMAGED),
    "jpeg of 64 million pixels": Sample(lambda: jpeg(8000, 8000), TOO_MANY_PIXELS),
    "jpeg claiming more than it has": Sample(lambda: _jpeg_lying(6000, 6000), DAMAGED),
    "jpeg without height": Sample(lambda: _jpeg_lying(64, 0), DAMAGED),
    "jpeg of five thousand scans": Sample(_scans, DAMAGED),
    "jpeg of noise": Sample(_noise, DAMAGED),
    "60 MB of noise behind a jpeg header": Sample(_noise_60_mb, TOO_LARGE),
    "jpeg in cmyk": Sample(lambda: saved(picture(mode="CMYK"), "JPEG"), KEPT),
    "jpeg in grey": Sample(lambda: saved(picture(mode="L"), "JPEG"), KEPT),
    "jpeg with a broken colour profile": Sample(lambda: _profiled(SECRET * 50), KEPT),
    "grey jpeg with a colour profile for three": Sample(
        lambda: saved(picture(mode="L"), "JPEG", icc_profile=_srgb()), KEPT
    ),
    "mpo": Sample(_mpo, KEPT),
    "exif of 60 kB in a user comment": Sample(
        lambda: jpeg_with_exif(exif.block(camera=[(0x9286, 7, (SECRET * 1600)[:60_000])])), KEPT
    ),
    "exif bomb over many segments": Sample(_extended_exif_bomb, KEPT),
    "exif whose directories go round": Sample(lambda: jpeg_with_exif(_looping_exif()), KEPT),
    "exif pointing at itself": Sample(lambda: jpeg_with_exif(_pointing_at_itself()), KEPT),
    "exif of noise": Sample(lambda: jpeg_with_exif(b"II*\x00" + random.Random(3).randbytes(5000)), KEPT),
    "exif with orientation 99": Sample(
        lambda: jpeg_with_exif(exif.block([exif.short(exif.ORIENTATION, 99)])), KEPT
    ),
    "position with denominators of zero": Sample(lambda: _located(_ZERO, _ZERO), KEPT),
    "position beyond the pole": Sample(lambda: _located([(95, 1), (0, 1), (0, 1)], exif.LONGSHOU[1]), KEPT),
    "png of 30000 x 30000": Sample(_png_bomb, TOO_MANY_PIXELS),
    "png one pixel wide, 49 million high": Sample(_png_thin, TOO_MANY_PIXELS),
    "png with much claimed and nothing in it": Sample(_png_without_pixels, DAMAGED),
    "png with a wrong checksum": Sample(_png_wrong_checksum, DAMAGED),
    "png signature only": Sample(lambda: b"\x89PNG\r\n\x1a\n", DAMAGED),
    "png without header": Sample(lambda: b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), DAMAGED),
    "png cut off": Sample(lambda: saved(picture(), "PNG")[:-20], DAMAGED),
    "png of a million empty chunks": Sample(lambda: png_with(chunk(b"teXt", b"") * 1_000_000), DAMAGED),
    "png with text that unpacks to gigabytes": Sample(_text_bombs, KEPT),
    "png with a profile that unpacks to 100 MB": Sample(_profile_bomb, KEPT),
    "png with text and exif": Sample(_png_metadata, KEPT),
    "png and script": Sample(lambda: saved(picture(), "PNG") + SECRET, KEPT),
    "png in sixteen bits": Sample(_sixteen_bits, KEPT),
    "png with a palette and a transparent colour": Sample(_palette, KEPT),
    "png wholly see-through": Sample(_see_through, KEPT),
    "png animated": Sample(lambda: _frames("PNG"), KEPT),
    "webp": Sample(lambda: saved(picture(), "WEBP"), KEPT),
    "webp without loss": Sample(lambda: saved(picture(mode="RGBA"), "WEBP", lossless=True), KEPT),
    "webp animated": Sample(lambda: _frames("WEBP"), KEPT),
    "webp with metadata and a tail": Sample(
        lambda: saved(picture(), "WEBP", exif=_telling_exif(), xmp=SECRET) + SECRET,
        KEPT,
    ),
    "webp cut off": Sample(lambda: saved(picture(), "WEBP")[:-20], DAMAGED),
    "webp with a canvas of 16384 x 16384": Sample(
        lambda: b"RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00" + bytes(4) + b"\xff\x3f\x00" * 2,
        TOO_MANY_PIXELS,
    ),
    "webp header only": Sample(lambda: b"RIFF\x04\x00\x00\x00WEBP", DAMAGED),
    "heic": Sample(heic, KEPT),
    "heic with metadata and a tail": Sample(
        lambda: heic(exif=_telling_exif(), xmp=SECRET) + SECRET,
        KEPT,
    ),
    "heic cut off": Sample(lambda: heic()[:-60], DAMAGED),
    "heic header only": Sample(lambda: heic()[:40], DAMAGED),
    "heic claiming 30000 x 30000": Sample(lambda: _heic_lying(30_000, 30_000), TOO_MANY_PIXELS),
    "heic claiming 30000 x 30000 behind a small crop": Sample(
        lambda: _heic_lying(30_000, 30_000, truth=(64, 48)), DAMAGED
    ),
    "heic claiming more than it has": Sample(lambda: _heic_lying(4000, 4000), DAMAGED),
    "heic claiming less than it has": Sample(lambda: _heic_lying(8, 8), DAMAGED),
    **{f"jpeg cut off after {cut} bytes": Sample(partial(_cut, cut), DAMAGED) for cut in _CUTS},
}
