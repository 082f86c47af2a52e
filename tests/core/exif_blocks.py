"""Exif blocks written entry by entry, sound and hostile ones alike."""

import struct
from collections.abc import Sequence

type_sizes = {2: 1, 3: 2, 4: 4, 5: 8, 7: 1}
ORIENTATION, EXIF_POINTER, GPS_POINTER = 0x0112, 0x8769, 0x8825
Entry = tuple[int, int, bytes]

Rationals = Sequence[tuple[int, int]]
LONGSHOU = (((29, 1), (51, 1), (1234, 100)), ((107, 1), (4, 1), (4800, 100)))
"""Latitude and longitude of a street corner in degrees, minutes and seconds."""


def text(tag: int, value: str) -> Entry:
    return (tag, 2, value.encode() + b"\x00")


def short(tag: int, value: int) -> Entry:
    return (tag, 3, struct.pack("<H", value))


def long(tag: int, value: int) -> Entry:
    return (tag, 4, struct.pack("<L", value))


def rationals(tag: int, values: Rationals) -> Entry:
    return (tag, 5, b"".join(struct.pack("<LL", *pair) for pair in values))


def directory(entries: Sequence[Entry], at: int, following: int = 0) -> bytes:
    """One directory laid out at offset ``at``, long values right behind it."""
    heap_at = at + 2 + 12 * len(entries) + 4
    head, heap = struct.pack("<H", len(entries)), b""
    for tag, kind, raw in entries:
        field = raw.ljust(4, b"\x00") if len(raw) <= 4 else struct.pack("<L", heap_at + len(heap))
        heap += b"" if len(raw) <= 4 else raw
        head += struct.pack("<HHL", tag, kind, len(raw) // type_sizes[kind]) + field
    return head + struct.pack("<L", following) + heap


def block(
    root: Sequence[Entry] = (), camera: Sequence[Entry] = (), gps: Sequence[Entry] = (), following: int = 0
) -> bytes:
    """A little-endian TIFF block with up to three directories."""
    pointers = 2
    camera_at = 8 + len(directory([*root, *[long(0, 0)] * pointers], 8))
    gps_at = camera_at + len(directory(camera, camera_at))
    first = directory([*root, long(EXIF_POINTER, camera_at), long(GPS_POINTER, gps_at)], 8, following)
    return b"II*\x00\x08\x00\x00\x00" + first + directory(camera, camera_at) + directory(gps, gps_at)


def taken(moment: str, offset: str = "") -> list[Entry]:
    return [text(0x9003, moment), *([text(0x9011, offset)] if offset else [])]


def place(latitude: Rationals, longitude: Rationals, north: str = "N", east: str = "E") -> list[Entry]:
    return [text(1, north), rationals(2, latitude), text(3, east), rationals(4, longitude)]
