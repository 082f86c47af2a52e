"""Hostile files and file names through every door that takes a photo, over HTTP.

Each ends in a sentence or in a clean re-encoded picture, costs bounded memory and time, and nothing of what
came lies on disk or is ever served.
"""

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from cases.models import Photo
from core import clock
from tests.cast import HOME, NOW, World
from tests.core.hostile import KEPT, SECRET, jpeg
from tests.core.images.test_hostile_files import assert_plain
from tests.core.more_hostile import EVERYTHING, NAMES

# These take a process or a fraction of a second each; not every door sees all of them.
COSTLY = sorted(
    name for name in EVERYTHING if any(word in name for word in ("heic", "60 MB", "million pixels"))
)
CHEAP = sorted(set(EVERYTHING) - set(COSTLY))
DOORS = {
    "page": "/cases/photos/",
    "api": "/api/v1/photos/",
    "public page": "/report/photos/",
    "public api": "/api/v1/public/photos/",
    "form": "/cases/report/",
    "public form": "/report/",
}
FORMS = {"form", "public form"}
MOST_MEMORY, MOST_SECONDS = 450_000_000, 10


@pytest.fixture(autouse=True)
def roomy(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """One sender may send all of them; what Django spools of an upload has a folder of its own."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.PUBLIC_REPORTS_PER_HOUR = 10**6
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "spool")
    (tmp_path / "spool").mkdir()


@pytest.fixture
def client(world: World) -> Client:
    made = Client(raise_request_exception=False, headers={"Accept-Language": "en"})
    made.force_login(world.people["worker"], backend="django.contrib.auth.backends.ModelBackend")
    return made


def part(name: str, value: bytes, filename: str | None = None, kind: str = "image/jpeg") -> bytes:
    head = f'form-data; name="{name}"'.encode()
    if filename is not None:
        head += b'; filename="' + filename.encode("utf-8", "surrogateescape") + b'"'
        head += b"\r\nContent-Type: " + kind.encode()
    return b"--edge\r\nContent-Disposition: " + head + b"\r\n\r\n" + value + b"\r\n"


def send(
    client: Client, door: str, data: bytes, filename: str = "photo.jpg", kind: str = "image/jpeg"
) -> Any:
    """The bytes as a browser or an app would send them, with a name we choose to the byte."""
    field = "photos_files" if door in FORMS else "file"
    body = part(field, data, filename, kind)
    if door in FORMS:
        given = {
            "key": str(uuid4()),
            "lon": HOME["lon"],
            "lat": HOME["lat"],
            "description": "垃圾",
            "similar_seen": 1,
        }
        body += b"".join(part(name, str(value).encode()) for name, value in given.items())
    return client.generic("POST", DOORS[door], body + b"--edge--\r\n", "multipart/form-data; boundary=edge")


def in_words(answer: Any) -> bool:
    """Whether the answer holds a refusal in words: a problem document, or a page that says what is wrong."""
    text = answer.content.decode()
    if answer["Content-Type"].startswith("application/problem+json"):
        return str(json.loads(text)["detail"]).endswith(".")
    return 'role="alert"' in text and "<script>alert" not in text


def stored(media: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(media.rglob("*")) if path.is_file()]


def peak_memory() -> int:
    """The most this process held since the mark was last wiped, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) * 1024


def sent_all(client: Client, door: str, names: list[str], media: Path) -> Iterator[str]:
    """Send each file through the door; what is wrong with how it ended."""
    for name in names:
        data = EVERYTHING[name].build()
        before = set(Photo.objects.values_list("pk", flat=True))
        Path("/proc/self/clear_refs").write_text("5")
        began, held = time.perf_counter(), peak_memory()
        answer = send(client, door, data)
        seconds, memory = time.perf_counter() - began, peak_memory() - held
        fresh = Photo.objects.exclude(pk__in=before)
        yield from (f"{name}: {wrong}" for wrong in _wrong(client, door, name, data, answer, list(fresh)))
        if seconds > MOST_SECONDS or memory > MOST_MEMORY:
            yield f"{name}: {seconds:.1f} s, {memory} bytes"
        if any((media.parent / "spool").iterdir()):
            yield f"{name}: left in the spool"


def _wrong(
    client: Client, door: str, name: str, data: bytes, answer: Any, fresh: list[Photo]
) -> Iterator[str]:
    kept = EVERYTHING[name].outcome == KEPT
    if answer.status_code >= 500 or kept != (answer.status_code in (201, 302)) or kept != bool(fresh):
        yield f"{answer.status_code}, {len(fresh)} photos"
    if SECRET in answer.content:
        yield "given back"
    if not kept and not in_words(answer):
        yield f"no sentence: {answer.content[:200]!r}"
    for photo in fresh:
        if photo.came_sha256 != hashlib.sha256(data).hexdigest():
            yield "another file was kept"
        for column in (photo.file, photo.thumb):
            with column.open("rb") as picture:
                assert_plain(picture.read())


@pytest.mark.parametrize("door", sorted(DOORS))
def test_every_hostile_file_ends_in_a_sentence_or_a_clean_picture(
    client: Client, door: str, media_of_its_own: Path
) -> None:
    place = sorted(DOORS).index(door)
    mine = COSTLY[place :: len(DOORS)]
    # Behind every door stands the same service: one sees all files, the others share them.
    cheap = CHEAP if door == "api" else CHEAP[place % 4 :: 4]
    assert list(sent_all(client, door, cheap + mine, media_of_its_own)) == []
    came = {hashlib.sha256(EVERYTHING[name].build()).digest() for name in cheap}
    files = stored(media_of_its_own)
    assert len(files) == 2 * Photo.objects.count() > 0
    assert all(file.startswith(b"\xff\xd8") and SECRET not in file for file in files)
    assert came.isdisjoint(hashlib.sha256(file).digest() for file in files)


def test_what_is_served_is_never_what_came(client: Client) -> None:
    for name in (name for name in CHEAP if EVERYTHING[name].outcome == KEPT):
        data = EVERYTHING[name].build()
        photo = json.loads(send(client, "page", data).content)["id"]
        for address in (
            f"/cases/photos/{photo}.jpg", f"/cases/photos/{photo}/small.jpg", f"/api/v1/photos/{photo}/file/",
            f"/api/v1/photos/{photo}/small/",
        ):  # fmt: skip
            _served_clean(client.get(address), data)


def _served_clean(answer: Any, came: bytes) -> None:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200
    assert_plain(body)
    assert body != came
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "script-src 'self'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("door", sorted(DOORS))
def test_no_file_name_and_no_announced_type_reaches_the_disk_or_the_page(
    client: Client, door: str, media_of_its_own: Path
) -> None:
    for filename in NAMES:
        answer = send(client, door, jpeg(), filename, kind="text/html")
        assert answer.status_code < 500, filename
        assert "onerror" not in answer.content.decode()
        assert answer.status_code in (201, 302) or in_words(answer), filename
    here = [path for path in media_of_its_own.parent.rglob("*") if path.is_file()]
    known = {f"{photo.pk}{end}" for photo in Photo.objects.all() for end in (".jpg", "-small.jpg")}
    assert {path.name for path in here} == known
    assert all(media_of_its_own in path.parents for path in here)
    assert Photo.objects.count() >= len(NAMES) - 5


def test_a_strangers_photo_is_served_to_nobody_before_a_report_names_it(client: Client) -> None:
    photo = json.loads(send(Client(), "public page", jpeg()).content)["id"]
    addresses = (f"/cases/photos/{photo}.jpg", f"/api/v1/photos/{photo}/file/", f"/api/v1/photos/{photo}/")
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]
    assert [Client().get(address).status_code for address in addresses] == [302, 401, 401]
