"""What browsers may keep of cases: no page, and a picture for some minutes."""

from pathlib import Path
from typing import Any, cast

import pytest
from django.test import Client

from cases.models import Photo
from tests.cast import World
from tests.walk import a_photo, report


@pytest.fixture
def station(world: World) -> Client:
    client = Client()
    client.force_login(world.people["station"], backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(
    "path",
    [
        "/cases/",
        "/cases/mine/",
        "/cases/export.csv",
        "/cases/{number}/",
        "/api/v1/cases/{number}/",
        "/api/v1/cases/{number}/events/",
    ],
)
def test_no_browser_and_no_cache_keeps_a_case(world: World, station: Client, path: str) -> None:
    case = report(world)
    kept = station.get(path.format(number=case.number))["Cache-Control"].split(", ")
    assert {"private", "no-store"} <= set(kept)


@pytest.mark.parametrize(
    "path",
    [
        "/cases/photos/{photo}.jpg",
        "/cases/photos/{photo}/small.jpg",
        "/api/v1/photos/{photo}/file/",
        "/api/v1/photos/{photo}/small/",
    ],
)
def test_a_picture_is_kept_for_five_minutes_by_its_reader_alone(
    world: World, station: Client, path: str, tmp_path: Path, settings: object
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)  # type: ignore[attr-defined]
    photo = a_photo(world, "worker")
    report(world, photos=[photo])
    (tmp_path / "x.jpg").write_bytes(b"jpeg")
    Photo.objects.filter(pk=photo).update(file="x.jpg", thumb="x.jpg")
    answer = station.get(path.format(photo=photo))
    assert b"".join(cast(Any, answer)) == b"jpeg"  # reading it closes the file
    assert answer["Cache-Control"] == "private, max-age=300"
