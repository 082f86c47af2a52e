"""What is kept of a good photo, and how much of a stream is read."""

import hashlib
import io

import pytest
from PIL import Image, ImageCms

from core.images import KeptPhoto, PhotoLimits, PhotoTooLarge, PhotoTooManyPixels, heif, read_photo, reading
from core.images.jpeg import open_jpeg
from core.images.png import open_png
from core.images.refusals import PhotoDamaged
from core.images.render import plain_picture
from tests.core import exif_blocks as exif
from tests.core.hostile import HOSTILE, SECRET, chunk, heic, jpeg, jpeg_with_exif, picture, png_with, saved

LIMITS = PhotoLimits(max_bytes=20_000_000, max_pixels=50_000_000)
RED, BLUE, WHITE = (200, 20, 20), (20, 20, 200), (255, 255, 255)


def kept(data: bytes, limits: PhotoLimits = LIMITS) -> KeptPhoto:
    return read_photo(data, limits=limits)


def opened(photo: KeptPhoto) -> Image.Image:
    return Image.open(io.BytesIO(photo.jpeg)).convert("RGB")


def close(one: object, other: tuple[int, int, int], by: int = 12) -> bool:
    assert isinstance(one, tuple)
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


class Counting(io.BytesIO):
    """A stream that says how much was read, and gives at most ``step`` bytes at a time."""

    taken = 0
    step = 1000

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size >= 0, "an unbounded read"
        part = super().read(min(size, self.step))
        self.taken += len(part)
        return part


def test_a_stream_too_long_is_read_one_byte_past_the_limit_and_no_further() -> None:
    stream = Counting(bytes(1_000_000))
    with pytest.raises(PhotoTooLarge) as refused:
        read_photo(stream, limits=PhotoLimits(max_bytes=5000, max_pixels=1))
    assert stream.taken == 5001
    assert "0.005 MB" in str(refused.value)


def test_a_stream_that_gives_little_at_a_time_is_read_to_its_end() -> None:
    data = jpeg(800, 600)
    assert len(data) > Counting.step
    assert read_photo(Counting(data), limits=LIMITS) == kept(data)


def test_a_file_of_exactly_the_limit_is_taken() -> None:
    data = jpeg()
    assert kept(data, PhotoLimits(max_bytes=len(data), max_pixels=64 * 48)).width == 64
    with pytest.raises(PhotoTooLarge):
        kept(data, PhotoLimits(max_bytes=len(data) - 1, max_pixels=64 * 48))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pixels_are_counted_before_decoding(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(picture(), kind)
    monkeypatch.setattr(Image, "open", lambda *_a, **_k: pytest.fail("the decoder ran"))
    with pytest.raises(PhotoTooManyPixels):
        kept(data, PhotoLimits(max_bytes=len(data), max_pixels=64 * 48 - 1))


def test_pixels_of_a_heic_are_counted() -> None:
    with pytest.raises(PhotoTooManyPixels):
        kept(heic(), PhotoLimits(max_bytes=100_000, max_pixels=64 * 48 - 1))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (jpeg(), "JPEG"),
        (HOSTILE["mpo"].build(), "JPEG"),
        (saved(picture(), "PNG"), "PNG"),
        (saved(picture(), "WEBP"), "WEBP"),
        (heic(), "HEIF"),
    ],
)
def test_each_kind_keeps_its_first_picture_and_is_named(data: bytes, name: str) -> None:
    photo = kept(data)
    assert photo.original_format == name
    assert (photo.width, photo.height) == (64, 48)
    assert close(opened(photo).getpixel((8, 24)), RED)
    assert close(opened(photo).getpixel((56, 24)), BLUE)


@pytest.mark.parametrize("name", ["png animated", "webp animated", "mpo"])
def test_of_several_frames_the_first_is_kept(name: str) -> None:
    assert close(opened(kept(HOSTILE[name].build())).getpixel((8, 24)), RED)


def test_both_digests_are_of_what_came_and_of_what_is_kept() -> None:
    data = jpeg() + b"tail"
    photo = kept(data)
    assert photo.sha256_received == hashlib.sha256(data).hexdigest()
    assert photo.sha256_kept == hashlib.sha256(photo.jpeg).hexdigest()
    assert photo.sha256_kept == kept(jpeg()).sha256_kept


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_large_photo_is_shrunk_and_a_small_one_never_enlarged(kind: str) -> None:
    limits = PhotoLimits(max_bytes=10_000_000, max_pixels=10_000_000, max_side=300, thumb_side=50)
    photo = kept(saved(picture(1600, 1200), kind), limits)
    assert (photo.width, photo.height) == (300, 225)
    assert Image.open(io.BytesIO(photo.thumbnail)).size == (50, 38)
    assert (kept(jpeg(), limits).width, kept(jpeg(), limits).height) == (64, 48)


def test_a_large_heic_is_shrunk() -> None:
    photo = kept(heic(640, 480), PhotoLimits(max_bytes=10_000_000, max_pixels=10_000_000, max_side=320))
    assert (photo.width, photo.height) == (320, 240)


# Where the red half of the stored picture ends up once it is upright.
@pytest.mark.parametrize(
    ("orientation", "size", "red"),
    [
        (1, (64, 48), (4, 24)),
        (2, (64, 48), (60, 24)),
        (3, (64, 48), (60, 24)),
        (4, (64, 48), (4, 24)),
        (5, (48, 64), (24, 4)),
        (6, (48, 64), (24, 4)),
        (7, (48, 64), (24, 60)),
        (8, (48, 64), (24, 60)),
        (0, (64, 48), (4, 24)),
        (99, (64, 48), (4, 24)),
    ],
)
def test_the_photo_is_turned_upright(orientation: int, size: tuple[int, int], red: tuple[int, int]) -> None:
    photo = kept(jpeg_with_exif(exif.block([exif.short(exif.ORIENTATION, orientation)])))
    assert (photo.width, photo.height) == size
    assert close(opened(photo).getpixel(red), RED)


def test_a_heic_is_not_turned_twice() -> None:
    turned = exif.block([exif.short(exif.ORIENTATION, 6)])
    photo = kept(heic(exif=b"Exif\x00\x00" + turned))
    assert (photo.width, photo.height) == (48, 64)
    assert close(opened(photo).getpixel((24, 4)), RED)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_metadata_of_other_kinds_is_read_too(kind: str) -> None:
    tiff = exif.block(
        [exif.short(exif.ORIENTATION, 6)], exif.taken("2026:05:01 08:30:00"), exif.place(*exif.LONGSHOU)
    )
    photo = kept(saved(picture(), kind, exif=b"Exif\x00\x00" + tiff))
    assert (photo.width, photo.height) == (48, 64)
    assert photo.taken_at is not None
    assert photo.longitude == pytest.approx(107.08)


def test_metadata_of_a_heic_is_read_too() -> None:
    tiff = exif.block([], exif.taken("2026:05:01 08:30:00"), exif.place(*exif.LONGSHOU))
    photo = kept(heic(exif=b"Exif\x00\x00" + tiff))
    assert photo.taken_at is not None
    assert photo.latitude == pytest.approx(29.853428, abs=1e-6)


def test_what_is_see_through_becomes_white() -> None:
    assert close(opened(kept(HOSTILE["png wholly see-through"].build())).getpixel((5, 5)), WHITE, 1)


def test_the_transparent_colour_of_a_palette_becomes_white() -> None:
    image = Image.new("P", (64, 48), 0)
    image.putpalette([200, 20, 20])
    data = saved(image, "PNG", transparency=0)
    assert close(opened(kept(data)).getpixel((5, 5)), WHITE, 1)


def test_sixteen_bits_of_grey_keep_their_brightness() -> None:
    assert close(opened(kept(HOSTILE["png in sixteen bits"].build())).getpixel((5, 5)), (127, 127, 127), 2)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_every_mode_of_png_is_taken(mode: str) -> None:
    assert kept(saved(picture(mode=mode), "PNG")).width == 64


def test_cmyk_keeps_its_colours() -> None:
    photo = kept(HOSTILE["jpeg in cmyk"].build())
    assert close(opened(photo).getpixel((8, 24)), RED, 25)


def greener(photo: KeptPhoto) -> bool:
    colour = opened(photo).getpixel((8, 24))
    assert isinstance(colour, tuple)
    return colour[1] > colour[0] + 100


def swapped_profile() -> bytes:
    """A sRGB profile whose red and green primaries changed places, so that using it shows."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_colours_follow_the_profile_that_came_along(kind: str) -> None:
    photo = kept(saved(picture(), kind, icc_profile=swapped_profile()))
    assert greener(photo)


def test_colours_of_a_heic_follow_its_profile() -> None:
    photo = kept(heic(icc_profile=swapped_profile()))
    assert greener(photo)


def test_a_broken_profile_is_passed_over() -> None:
    data = png_with(chunk(b"iCCP", b"x\x00\x00not packed"))
    assert close(opened(kept(data)).getpixel((8, 24)), RED)


def test_a_heic_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heif, "_SECONDS", 0.001)
    with pytest.raises(PhotoDamaged):
        kept(heic())


def test_running_out_of_memory_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(*_args: object, **_kwargs: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Image, "open", greedy)
    with pytest.raises(PhotoTooManyPixels):
        kept(jpeg())


def test_a_heic_decoder_that_wants_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = heic(4032, 3008, enc_params={"preset": "ultrafast"})
    assert kept(data).width == 2560
    monkeypatch.setattr(heif, "_PROGRAM", 160_000_000)
    monkeypatch.setattr(heif, "_BYTES_A_PIXEL", 0)
    assert kept(heic()).width == 64
    with pytest.raises(PhotoDamaged):
        kept(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_no_decoder_but_that_of_the_recognised_kind_may_run(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    real = Image.open

    def spy(file: io.BytesIO, *, formats: list[str]) -> Image.Image:
        asked.append(formats)
        return real(file, formats=formats)

    monkeypatch.setattr(Image, "open", spy)
    kept(saved(picture(), kind))
    assert asked == [[kind]]


def test_a_jpeg_far_too_large_is_never_unpacked_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    real, sizes = plain_picture, []

    def spy(image: Image.Image, *, icc: bytes, orientation: int, max_side: int) -> Image.Image:
        sizes.append(image.size)
        return real(image, icc=icc, orientation=orientation, max_side=max_side)

    monkeypatch.setattr(reading, "plain_picture", spy)
    kept(jpeg(3200, 2400), PhotoLimits(max_bytes=10_000_000, max_pixels=10_000_000, max_side=400))
    assert sizes == [(800, 600)]  # the nearest power of two a decoder can give


@pytest.mark.parametrize("name", sorted(name for name in HOSTILE if HOSTILE[name].outcome == "kept"))
def test_the_decoder_never_sees_what_a_jpeg_or_png_hides(name: str) -> None:
    data = HOSTILE[name].build()
    opener = {b"\xff\xd8": open_jpeg, b"\x89P": open_png}.get(data[:2])
    if opener:
        shown = opener(data).picture
        assert SECRET not in shown
        assert not any(mark in shown for mark in (b"Exif\x00", b"zTXt", b"iTXt", b"tEXt", b"fdAT", b"iCCP"))


def test_a_jpeg_coded_in_rgb_keeps_its_colours() -> None:
    data = saved(picture(), "JPEG", keep_rgb=True)
    for letter, number in ((b"R", b"\x01"), (b"G", b"\x02"), (b"B", b"\x03")):
        data = data.replace(letter + b"\x11\x00", number + b"\x11\x00").replace(
            letter + b"\x00", number + b"\x00"
        )
    assert b"Adobe" in data
    assert close(opened(kept(data)).getpixel((8, 24)), RED)
