"""The process in which HEIC is decoded; a program, never imported. See heif.py.

Reads the file from standard input. Arguments: most pixels allowed, longest side wanted, bytes of memory
it may map. Writes one line of JSON, then Exif, colour profile and raw pixels. Exit status 3 means too
many pixels.
"""

import json
import resource
import sys

import pillow_heif
from PIL import Image

_CPU_SECONDS = 20
_MAX_BLOCK = 1_000_000


def _block(found: object) -> bytes:
    return found[:_MAX_BLOCK] if isinstance(found, bytes) else b""


def main(max_pixels: int, max_side: int, memory: int) -> int:
    """Decode standard input to standard output; the exit status."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.options.THUMBNAILS = False
    pillow_heif.options.DEPTH_IMAGES = False
    pillow_heif.options.AUX_IMAGES = False
    container = pillow_heif.open_heif(sys.stdin.buffer.read())
    primary = container[container.primary_index]
    if primary.size[0] * primary.size[1] > max_pixels or max(primary.size) > 32_000:
        return 3
    exif = _block(primary.info.get("exif")).removeprefix(b"Exif\x00\x00")
    icc = _block(primary.info.get("icc_profile"))
    picture = primary.to_pillow()
    picture = picture.convert("RGBA" if primary.has_alpha else "RGB")
    picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    facts = {"mode": picture.mode, "width": picture.width, "height": picture.height}
    head = json.dumps({**facts, "exif": len(exif), "icc": len(icc)}).encode()
    sys.stdout.buffer.write(b"".join([head, b"\n", exif, icc, picture.tobytes()]))
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:4])))
