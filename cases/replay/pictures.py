"""The smallest picture that is one: what a replayed step shows, since its source has no photos."""

import io
from functools import lru_cache

from PIL import Image, ImageDraw

_SIZE = (64, 48)
_COLOURS = {"before": "#8a5a44", "after": "#4f7d5c", "scene": "#4a6a8a"}


@lru_cache
def tiny_picture(purpose: str) -> bytes:
    """A JPEG of 64 × 48 pixels, crossed out so that nobody takes it for a photo of the place."""
    image = Image.new("RGB", _SIZE, _COLOURS[purpose])
    draw = ImageDraw.Draw(image)
    draw.line((0, 0, *_SIZE), fill="white", width=2)
    draw.line((0, _SIZE[1], _SIZE[0], 0), fill="white", width=2)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=80)
    return target.getvalue()
