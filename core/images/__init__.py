"""Photos from strangers, made safe. ``read_photo`` is the only way in."""

from core.images.reading import read_photo
from core.images.refusals import (
    PhotoDamaged,
    PhotoKindNotTaken,
    PhotoNotAnImage,
    PhotoRefused,
    PhotoTooLarge,
    PhotoTooManyPixels,
)
from core.images.shapes import KeptPhoto, PhotoLimits

__all__ = [
    "KeptPhoto",
    "PhotoDamaged",
    "PhotoKindNotTaken",
    "PhotoLimits",
    "PhotoNotAnImage",
    "PhotoRefused",
    "PhotoTooLarge",
    "PhotoTooManyPixels",
    "read_photo",
]
