"""The four things asked of an Exif block: which way is up, when it was taken, and where.

A small reader of its own (Exif 3.0, TIFF 6.0): it looks only at the entries it wants, follows only
the two pointers it knows and copies at most a few bytes, so loops and bombs find nothing to feed on.
Whatever is broken counts as missing: a photo is worth keeping without its metadata.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal
from zoneinfo import ZoneInfo

_ORIENTATION, _EXIF_POINTER, _GPS_POINTER = 0x0112, 0x8769, 0x8825
_TAKEN, _TAKEN_OFFSET = 0x9003, 0x9011
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 1, 2, 3, 4
_TEXT, _SHORT, _LONG, _RATIONAL = 2, 3, 4, 5
_UNIT = {_TEXT: 1, _SHORT: 2, _LONG: 4, _RATIONAL: 8}
_MAX_ENTRIES = 1000
_MAX_VALUE = 64
_OFFSET = re.compile(r"([+-])(\d\d):([0-5]\d)")
_HOME = ZoneInfo("Asia/Shanghai")
_EARLIEST, _LATEST = datetime(2000, 1, 2, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

_Entries = dict[int, tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class ExifFacts:
    """``orientation`` is 1 to 8, ``taken_at`` aware, ``position`` longitude and latitude in degrees."""

    orientation: int = 1
    taken_at: datetime | None = None
    position: tuple[float, float] | None = None


class _Block:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.order: Literal["little", "big"] = "little" if data[:2] == b"II" else "big"

    def number(self, raw: bytes) -> int:
        return int.from_bytes(raw, self.order)

    def entries(self, at: int, wanted: frozenset[int]) -> _Entries:
        """Type and raw value of the wanted entries of the directory at ``at``; the first of each."""
        found: _Entries = {}
        if at < 8:
            return found
        count = min(self.number(self.data[at : at + 2]), _MAX_ENTRIES)
        for start in range(at + 2, min(at + 2 + 12 * count, len(self.data) - 11), 12):
            tag = self.number(self.data[start : start + 2])
            if tag in wanted and tag not in found:
                kind = self.number(self.data[start + 2 : start + 4])
                found[tag] = (kind, self._value(start, kind))
        return found

    def _value(self, start: int, kind: int) -> bytes:
        size = _UNIT.get(kind, 0) * self.number(self.data[start + 4 : start + 8])
        if size > _MAX_VALUE:
            return b""
        at = start + 8 if size <= 4 else self.number(self.data[start + 8 : start + 12])
        value = self.data[at : at + size]
        return value if len(value) == size else b""

    def integer(self, entries: _Entries, tag: int) -> int:
        kind, raw = entries.get(tag, (0, b""))
        return self.number(raw) if kind in (_SHORT, _LONG) else 0

    def degrees(self, entries: _Entries, tag: int) -> float | None:
        """Degrees, minutes and seconds as one number; None unless all three make sense."""
        kind, raw = entries.get(tag, (0, b""))
        if kind != _RATIONAL or len(raw) != 24:
            return None
        pairs = [(self.number(raw[i : i + 4]), self.number(raw[i + 4 : i + 8])) for i in (0, 8, 16)]
        if any(below == 0 for _above, below in pairs):
            return None
        degrees, minutes, seconds = (above / below for above, below in pairs)
        return degrees + minutes / 60 + seconds / 3600 if minutes <= 60 and seconds <= 60 else None


def read_exif(data: bytes) -> ExifFacts:
    """What the TIFF block ``data`` says; broken or missing parts are None, orientation then 1."""
    if data[:4] not in (b"II*\x00", b"MM\x00*"):
        return ExifFacts()
    block = _Block(data)
    root = block.entries(block.number(data[4:8]), frozenset({_ORIENTATION, _EXIF_POINTER, _GPS_POINTER}))
    camera = block.entries(block.integer(root, _EXIF_POINTER), frozenset({_TAKEN, _TAKEN_OFFSET}))
    gps = block.entries(block.integer(root, _GPS_POINTER), frozenset(range(1, 5)))
    orientation = block.integer(root, _ORIENTATION)
    return ExifFacts(
        orientation=orientation if 1 <= orientation <= 8 else 1,
        taken_at=_taken_at(_text(camera, _TAKEN), _text(camera, _TAKEN_OFFSET)),
        position=_position(block, gps),
    )


def _text(entries: _Entries, tag: int) -> str:
    kind, raw = entries.get(tag, (0, b""))
    return raw.split(b"\x00")[0].decode("ascii", "replace").strip() if kind == _TEXT else ""


def _taken_at(text: str, offset: str) -> datetime | None:
    """The moment, in the camera's own offset or else in China's time; None before 2000 or absurd.

    A clock that was never set starts at the turn of 2000 or earlier. Whether it lies in the future
    is for the caller, who knows the time.
    """
    try:
        naive = datetime.strptime(text, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - the zone is added below
        moment = naive.replace(tzinfo=_zone(offset))
        return moment if _EARLIEST <= moment < _LATEST else None
    except (ValueError, OverflowError):
        return None


def _zone(offset: str) -> ZoneInfo | timezone:
    match = _OFFSET.fullmatch(offset)
    if match is None:
        return _HOME
    east = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(east if match[1] == "+" else -east) if east <= timedelta(hours=14) else _HOME


def _position(block: _Block, gps: _Entries) -> tuple[float, float] | None:
    """Longitude and latitude. Exactly 0, 0 is what phones write without a fix, so it is none."""
    latitude, longitude = block.degrees(gps, _LATITUDE), block.degrees(gps, _LONGITUDE)
    north = {"N": 1, "S": -1}.get(_text(gps, _LATITUDE_REF))
    east = {"E": 1, "W": -1}.get(_text(gps, _LONGITUDE_REF))
    if latitude is None or longitude is None or north is None or east is None:
        return None
    if latitude > 90 or longitude > 180 or latitude == longitude == 0:
        return None
    return longitude * east, latitude * north
