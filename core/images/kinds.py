"""Recognise a file by its first bytes, never by its name or by what the sender calls it."""

from core.images.refusals import PhotoDamaged, PhotoKindNotTaken, PhotoNotAnImage

JPEG, PNG, WEBP, HEIF = "JPEG", "PNG", "WEBP", "HEIF"
# Brands of ISO/IEC 23008-12 whose pictures are coded with HEVC.
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_NOT_TAKEN = (
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"\x00\x00\x01\x00", "ICO"),
    (b"8BPS", "PSD"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
)


def recognise(data: bytes) -> str:
    """JPEG, PNG, WEBP or HEIF; else PhotoDamaged (empty), PhotoKindNotTaken or PhotoNotAnImage."""
    if not data:
        raise PhotoDamaged
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp":
        return _by_brand(data)
    if kind := _name_of_other(data):
        raise PhotoKindNotTaken(kind)
    raise PhotoNotAnImage


def _by_brand(data: bytes) -> str:
    size = min(int.from_bytes(data[:4]), 256)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, size - 3, 4))}
    if brands & _AVIF_BRANDS:
        raise PhotoKindNotTaken("AVIF")
    if brands & _HEIF_BRANDS:
        return HEIF
    raise PhotoNotAnImage


def _name_of_other(data: bytes) -> str | None:
    if data.startswith(b"BM") and data[6:10] == bytes(4):
        return "BMP"
    return next((name for magic, name in _NOT_TAKEN if data.startswith(magic)), None)
