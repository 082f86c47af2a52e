"""Decode HEIC in a process of its own.

Its decoders are large C++ libraries that lay out memory by what the file claims. The child has a
ceiling on memory and time and writes no file; if it falls, the photo is refused and nothing else.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from core.images.refusals import PhotoDamaged, PhotoTooManyPixels

_CHILD = Path(__file__).with_name("heif_child.py")
_SECONDS = 30
# Planes, frame and picture of one decoding take about twelve bytes a pixel; the rest is the program.
_BYTES_A_PIXEL = 16
_PROGRAM = 700_000_000
_TOO_MANY_PIXELS = 3  # the child's exit status


@dataclass(frozen=True, slots=True)
class HeifPicture:
    """Upright picture (RGB or RGBA) within the asked side, its Exif and colour profile, untrusted."""

    image: Image.Image
    exif: bytes
    icc: bytes


def decode_heif(data: bytes, *, max_pixels: int, max_side: int) -> HeifPicture:
    """The primary picture of ``data``. Raises PhotoTooManyPixels or PhotoDamaged."""
    memory = _PROGRAM + _BYTES_A_PIXEL * max_pixels
    command = [sys.executable, "-I", str(_CHILD), str(max_pixels), str(max_side), str(memory)]
    try:
        child = subprocess.run(
            command, input=data, capture_output=True, timeout=_SECONDS, env={}, check=False
        )
    except subprocess.TimeoutExpired as slow:
        raise PhotoDamaged from slow
    if child.returncode == _TOO_MANY_PIXELS:
        raise PhotoTooManyPixels(max_pixels)
    if child.returncode != 0:
        raise PhotoDamaged
    return _unpack(child.stdout)


def _unpack(answer: bytes) -> HeifPicture:
    head, _newline, rest = answer.partition(b"\n")
    facts = json.loads(head)
    exif, icc = int(facts["exif"]), int(facts["icc"])
    pixels = rest[exif + icc :]
    image = Image.frombytes(str(facts["mode"]), (int(facts["width"]), int(facts["height"])), pixels)
    return HeifPicture(image, rest[:exif], rest[exif : exif + icc])
