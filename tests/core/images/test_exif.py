"""Time and place are believed only where they make sense; anything else counts as missing."""

import struct
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.images.exif import ExifFacts, read_exif
from tests.core import exif_blocks as exif

GOOD = ((29, 1), (30, 1), (0, 1))


@pytest.mark.parametrize(
    ("moment", "offset", "utc"),
    [
        ("2026:05:01 08:30:00", "", datetime(2026, 5, 1, 0, 30, tzinfo=UTC)),
        ("2026:05:01 08:30:00", "+08:00", datetime(2026, 5, 1, 0, 30, tzinfo=UTC)),
        ("2026:05:01 08:30:00", "-03:30", datetime(2026, 5, 1, 12, 0, tzinfo=UTC)),
        ("2026:05:01 08:30:00", "+99:00", datetime(2026, 5, 1, 0, 30, tzinfo=UTC)),
        ("2026:05:01 08:30:00", "about eight", datetime(2026, 5, 1, 0, 30, tzinfo=UTC)),
    ],
)
def test_the_time_is_the_cameras_own_or_else_chinas(moment: str, offset: str, utc: datetime) -> None:
    taken_at = read_exif(exif.block(camera=exif.taken(moment, offset))).taken_at
    assert taken_at is not None
    assert taken_at.tzinfo is not None
    assert taken_at == utc


@pytest.mark.parametrize(
    "moment",
    ["", "0000:00:00 00:00:00", "    :  :     :  :  ", "1970:01:01 00:00:00", "2000:01:01 00:00:00",
     "2026:13:01 00:00:00", "2026:02:30 10:00:00", "9999:12:31 23:59:59", "yesterday"],
)  # fmt: skip
def test_an_absurd_time_is_none(moment: str) -> None:
    assert read_exif(exif.block(camera=exif.taken(moment))).taken_at is None


@pytest.mark.parametrize(
    ("north", "east", "position"),
    [("N", "E", (29.5, 29.5)), ("S", "E", (29.5, -29.5)), ("N", "W", (-29.5, 29.5))],
)
def test_the_hemisphere_gives_the_sign(north: str, east: str, position: tuple[float, float]) -> None:
    assert read_exif(exif.block(gps=exif.place(GOOD, GOOD, north, east))).position == position


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ([(29, 0), (0, 1), (0, 1)], GOOD),
        (GOOD, [(107, 1), (0, 0), (0, 1)]),
        ([(0, 0)] * 3, [(0, 0)] * 3),
        ([(91, 1), (0, 1), (0, 1)], GOOD),
        (GOOD, [(180, 1), (0, 1), (1, 1)]),
        (GOOD, [(107, 1), (61, 1), (0, 1)]),
        (GOOD, [(107, 1), (0, 1), (4_000_000_000, 1)]),
        (GOOD, [(107, 1), (0, 1)]),
        ([(0, 1)] * 3, [(0, 1)] * 3),
    ],
)
def test_a_position_that_makes_no_sense_is_none(latitude: exif.Rationals, longitude: exif.Rationals) -> None:
    assert read_exif(exif.block(gps=exif.place(latitude, longitude))).position is None


@pytest.mark.parametrize(("north", "east"), [("", "E"), ("N", ""), ("E", "N"), ("北", "东")])
def test_a_position_without_hemisphere_is_none(north: str, east: str) -> None:
    assert read_exif(exif.block(gps=exif.place(GOOD, GOOD, north, east))).position is None


def test_a_position_of_another_type_is_none() -> None:
    wrong = [
        exif.text(1, "N"),
        (2, 7, struct.pack("<3d", 29, 0, float("nan"))),
        exif.text(3, "E"),
        (4, 7, b""),
    ]
    assert read_exif(exif.block(gps=wrong)).position is None


def test_both_byte_orders_are_read() -> None:
    big = b"MM\x00*" + struct.pack(">LHHHLHHL", 8, 1, exif.ORIENTATION, 3, 1, 6, 0, 0)
    assert read_exif(big).orientation == 6


@pytest.mark.parametrize(
    "data", [b"", b"II", b"II*\x00", b"XX*\x00\x08\x00\x00\x00", b"II*\x00\xff\xff\xff\xff"]
)
def test_a_broken_block_says_nothing(data: bytes) -> None:
    assert read_exif(data) == ExifFacts()


def test_a_block_cut_anywhere_is_no_fault() -> None:
    whole = exif.block(
        [exif.short(exif.ORIENTATION, 3)], exif.taken("2026:05:01 08:30:00", "+08:00"), exif.place(GOOD, GOOD)
    )
    for cut in range(len(whole)):
        assert isinstance(read_exif(whole[:cut]), ExifFacts)
    assert read_exif(whole).position == (29.5, 29.5)


@settings(max_examples=300, derandomize=True)
@given(st.sampled_from([b"II*\x00", b"MM\x00*"]), st.binary(max_size=300))
def test_any_block_is_read_without_a_fault(head: bytes, rest: bytes) -> None:
    assert 1 <= read_exif(head + rest).orientation <= 8


def test_a_value_of_megabytes_is_not_even_copied() -> None:
    data = exif.block(camera=exif.taken("2026:05:01 08:30:00" + " " * 10_000_000))
    tracemalloc.start()
    assert read_exif(data).taken_at is None
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
