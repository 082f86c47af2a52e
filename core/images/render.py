"""From decoded pixels of any mode to a plain upright sRGB picture, and from that to JPEG bytes."""

import io

from PIL import Image, ImageCms

_WHITE = (255, 255, 255)
_QUALITY = 85
_TURN = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def plain_picture(image: Image.Image, *, icc: bytes, orientation: int, max_side: int) -> Image.Image:
    """A fresh RGB picture, upright, alpha laid on white, no side above ``max_side`` pixels.

    Shrinks before it converts, so that only the decoder ever holds the full size.
    """
    image = _resizable(image)
    image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    if image.mode == "RGBA":
        canvas = Image.new("RGB", image.size, _WHITE)
        canvas.paste(image, mask=image.getchannel("A"))
        image = canvas
    image = _to_srgb(image, icc)
    if orientation in _TURN:
        image = image.transpose(_TURN[orientation])
    fresh = Image.new("RGB", image.size)
    fresh.paste(image)
    return fresh


def shrunk(image: Image.Image, side: int) -> Image.Image:
    """A copy whose sides are at most ``side`` pixels."""
    small = image.copy()
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    return small


def as_jpeg(image: Image.Image) -> bytes:
    """JPEG bytes with nothing but what a decoder needs."""
    target = io.BytesIO()
    image.save(target, "JPEG", quality=_QUALITY)
    return target.getvalue()


def _resizable(image: Image.Image) -> Image.Image:
    """The picture as L, RGB, RGBA or CMYK with eight bits a channel."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.mode in ("P", "PA", "LA", "RGBA", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _to_srgb(image: Image.Image, icc: bytes) -> Image.Image:
    """Colours by the profile that came along; a broken or unfitting one is passed over."""
    if icc:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
            converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")
