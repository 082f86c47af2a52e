"""Whatever a stranger sends ends in a sentence or in a clean photo, never in a fault."""

import io
import random
import time
import tracemalloc

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from core.errors import CityError
from core.images import KeptPhoto, PhotoLimits, PhotoRefused, read_photo
from tests.core.hostile import KEPT, MAX_BYTES, MAX_PIXELS, SECRET
from tests.core.more_hostile import EVERYTHING

LIMITS = PhotoLimits(max_bytes=MAX_BYTES, max_pixels=MAX_PIXELS)
STATUS = {
    "photo_not_an_image": 415,
    "photo_kind_not_taken": 415,
    "photo_too_large": 413,
    "photo_too_many_pixels": 413,
    "photo_damaged": 400,
}
SMALL = sorted(name for name in EVERYTHING if "60 MB" not in name and "million" not in name)
BEGINNINGS = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\x00\x00\x00WEBP", b"II*\x00", b""]
IN_PROCESS = [name for name in SMALL if "heic" not in name]


def outcome_of(data: bytes, limits: PhotoLimits = LIMITS) -> KeptPhoto | PhotoRefused:
    try:
        return read_photo(data, limits=limits)
    except PhotoRefused as refused:
        return refused


def assert_plain(jpeg: bytes) -> None:
    assert SECRET not in jpeg
    assert b"<script" not in jpeg
    image = Image.open(io.BytesIO(jpeg), formats=["JPEG"])
    image.load()
    assert image.mode == "RGB"
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert isinstance(image, JpegImageFile)
    assert [marker for marker, _body in image.applist] == ["APP0"]
    assert jpeg.endswith(b"\xff\xd9")


@pytest.mark.parametrize("name", sorted(EVERYTHING))
def test_every_hostile_file_ends_as_written_down(name: str) -> None:
    sample = EVERYTHING[name]
    result = outcome_of(sample.build())
    if isinstance(result, KeptPhoto):
        assert sample.outcome == KEPT
        assert_plain(result.jpeg)
        assert_plain(result.thumbnail)
        assert (result.width, result.height) == Image.open(io.BytesIO(result.jpeg)).size
    else:
        assert result.code == sample.outcome


@pytest.mark.parametrize("name", sorted(name for name in EVERYTHING if EVERYTHING[name].outcome != KEPT))
def test_every_refusal_is_a_sentence_with_the_right_status(name: str) -> None:
    refused = outcome_of(EVERYTHING[name].build())
    assert isinstance(refused, CityError)
    assert refused.status == STATUS[refused.code]
    for language, shortest, stop in (("en", 40, "."), ("zh-hans", 15, "。")):
        with translation.override(language):
            assert len(str(refused)) > shortest
            assert str(refused).endswith(stop)
            assert "{" not in str(refused)


def test_there_are_many_kinds_of_hostile_files() -> None:
    assert len(EVERYTHING) >= 30
    assert {sample.outcome for sample in EVERYTHING.values()} == {KEPT, *STATUS}


@pytest.mark.parametrize(
    "name",
    [
        "exif bomb over many segments",
        "png with text that unpacks to gigabytes",
        "png with a profile that unpacks to 100 MB",
        "png one pixel wide, 49 million high",
        "webp with a canvas of 16384 x 16384",
        "jpeg of five thousand scans",
    ],
)
def test_a_bomb_costs_neither_memory_nor_time(name: str) -> None:
    data = EVERYTHING[name].build()
    tracemalloc.start()
    started = time.perf_counter()
    outcome_of(data)
    seconds = time.perf_counter() - started
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * len(data) + 5_000_000
    assert seconds < 5


def test_noise_behind_a_jpeg_header_is_damaged_even_where_its_size_is_allowed() -> None:
    roomy = PhotoLimits(max_bytes=100_000_000, max_pixels=MAX_PIXELS)
    result = outcome_of(EVERYTHING["60 MB of noise behind a jpeg header"].build(), roomy)
    assert isinstance(result, PhotoRefused)
    assert result.code == "photo_damaged"


@pytest.mark.parametrize("name", IN_PROCESS)
def test_damage_anywhere_never_gets_past_the_refusals(name: str) -> None:
    data = EVERYTHING[name].build()
    dice = random.Random(name)
    for _attempt in range(30):
        broken = bytearray(data)
        for _hit in range(dice.randint(1, 6)) if broken else ():
            broken[min(int(dice.expovariate(1 / 200)), len(broken) - 1)] = dice.randrange(256)
        result = outcome_of(bytes(broken[: dice.randint(0, len(broken))] if dice.random() < 0.2 else broken))
        if isinstance(result, KeptPhoto):
            assert_plain(result.jpeg)


@pytest.mark.parametrize("at", range(0, 600, 40))
def test_damage_in_a_heic_never_gets_past_the_refusals(at: int) -> None:
    broken = bytearray(EVERYTHING["heic"].build())
    broken[at % len(broken)] ^= 0x5A
    assert isinstance(outcome_of(bytes(broken)), KeptPhoto | PhotoRefused)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    head=st.sampled_from(
        [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\x00\x00\x00WEBP", b"II*\x00", b""]
    ),
    rest=st.binary(max_size=400),
)
def test_any_bytes_behind_a_known_beginning_are_refused_with_a_sentence(head: bytes, rest: bytes) -> None:
    result = outcome_of(head + rest)
    assert isinstance(result, PhotoRefused)
    assert str(result)
