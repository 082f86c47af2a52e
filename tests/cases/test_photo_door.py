"""What comes in through the photo door is a clean photo with a row, or a sentence and nothing at all."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from cases.models import Photo
from cases.services import photos as service
from cases.services.photos import UNUSED_KEPT_FOR, photo_store, photos_forget_unused
from core.errors import CityError, Conflict
from core.images import PhotoLimits, read_photo
from tests.cast import NOW, World
from tests.core.hostile import HOSTILE, KEPT, SECRET, jpeg
from tests.walk import report

SEEN = (
    "text named jpg",
    "60 MB of noise behind a jpeg header",
    "jpeg and zip",
    "jpeg and script",
    "gif",
    "pdf",
)
NAME = UUID(int=11)


def files(media: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(media.rglob("*")) if path.is_file()]


@pytest.mark.django_db
@pytest.mark.parametrize("name", SEEN)
def test_a_hostile_file_leaves_a_clean_photo_or_nothing(name: str, media_of_its_own: Path) -> None:
    sample = HOSTILE[name]
    if sample.outcome == KEPT:
        photo_store(data=sample.build(), user_id=None, now=NOW)
        assert len(files(media_of_its_own)) == 2
        assert not any(SECRET in data for data in files(media_of_its_own))
        return
    with pytest.raises(CityError) as refused:
        photo_store(data=sample.build(), user_id=None, now=NOW)
    assert refused.value.code == sample.outcome
    assert len(str(refused.value)) > 5
    assert files(media_of_its_own) == []
    assert not Photo.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("ahead", "known"), [(-60, True), (0, True), (60, False)])
def test_a_camera_whose_clock_runs_ahead_says_nothing_of_when(
    monkeypatch: pytest.MonkeyPatch, ahead: int, known: bool
) -> None:
    taken = NOW + timedelta(seconds=ahead)
    real = read_photo(jpeg(), limits=PhotoLimits(max_bytes=10**6, max_pixels=10**6))
    monkeypatch.setattr(service, "read_photo", lambda data, limits: _with(real, taken))
    photo = photo_store(data=b"", user_id=None, now=NOW)
    assert photo.taken_at == (taken if known else None)


def _with(kept: object, taken: datetime) -> object:
    return type("Kept", (), {name: getattr(kept, name) for name in kept.__slots__} | {"taken_at": taken})()  # type: ignore[attr-defined]


def test_the_same_id_is_the_same_photo_and_never_somebody_elses(world: World, media_of_its_own: Path) -> None:
    mine, theirs = world.people["worker"].pk, world.people["officer"].pk
    first = photo_store(data=jpeg(), user_id=mine, now=NOW, photo_id=NAME)
    assert photo_store(data=jpeg(9, 9), user_id=mine, now=NOW, photo_id=NAME) == first
    for other in (theirs, None):
        with pytest.raises(Conflict):
            photo_store(data=jpeg(), user_id=other, now=NOW, photo_id=NAME)
    assert len(files(media_of_its_own)) == 2


def test_unused_photos_go_after_thirty_days_and_used_ones_stay(world: World, media_of_its_own: Path) -> None:
    worker = world.people["worker"].pk
    used = photo_store(data=jpeg(), user_id=worker, now=NOW)
    photo_store(data=jpeg(), user_id=worker, now=NOW)
    report(world, photos=[str(used.pk)])
    assert photos_forget_unused(now=NOW + UNUSED_KEPT_FOR) == 0
    assert photos_forget_unused(now=NOW + UNUSED_KEPT_FOR + timedelta(seconds=1)) == 1
    assert list(Photo.objects.all()) == [used]
    assert len(files(media_of_its_own)) == 2
