"""Pages without gaps or doubles, in both directions, whatever marker a stranger makes up."""

import base64
import json
from datetime import timedelta

import pytest

from core.errors import BadInput
from core.models import IdempotencyKey
from core.paging import MOST, page_of, size_of
from tests.cast import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows() -> list[int]:
    """Seventeen rows in groups of equal times."""
    made = [
        IdempotencyKey.objects.create(
            actor="a", key=str(n), fingerprint="f", created_at=NOW + timedelta(seconds=n // 5)
        )
        for n in range(17)
    ]
    return [row.pk for row in made]


def walk(by: str, size: int) -> tuple[list[int], list[int]]:
    """The ids met going forward to the end, and then back to the start."""
    forward: list[int] = []
    backward: list[int] = []
    cursor = ""
    while True:
        page = page_of(IdempotencyKey.objects.all(), by=by, cursor=cursor, size=size)
        forward += [row.pk for row in page.rows]
        if not page.next:
            break
        cursor = page.next
    while True:
        backward = [row.pk for row in page.rows] + backward
        if not page.previous:
            return forward, backward
        page = page_of(IdempotencyKey.objects.all(), by=by, cursor=page.previous, size=size)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 16, 17, 18])
@pytest.mark.parametrize("by", ["created_at", "-created_at", "key"])
def test_every_row_is_met_once_in_both_directions(rows: list[int], by: str, size: int) -> None:
    forward, backward = walk(by, size)
    assert sorted(forward) == rows
    assert forward == backward
    assert (forward == rows) == (by == "created_at")


def test_a_row_that_comes_in_between_moves_no_other(rows: list[int]) -> None:
    first = page_of(IdempotencyKey.objects.all(), by="-created_at", size=5)
    IdempotencyKey.objects.create(actor="a", key="new", fingerprint="f", created_at=NOW + timedelta(days=1))
    second = page_of(IdempotencyKey.objects.all(), by="-created_at", cursor=first.next, size=5)
    assert [r.pk for r in second.rows] == list(reversed(rows))[5:10]


def test_an_empty_list_has_no_neighbours() -> None:
    page = page_of(IdempotencyKey.objects.all(), by="-created_at")
    assert (page.rows, page.next, page.previous) == ([], "", "")


@pytest.mark.parametrize(
    ("raw", "size"),
    [
        (None, 25),
        ("", 25),
        ("x", 25),
        ("0", 1),
        ("-3", 1),
        ("7", 7),
        ("1000", MOST),
        ("9" * 5000, 25),
        ("²", 25),
    ],
)
def test_a_size_is_between_one_and_a_hundred(raw: str | None, size: int) -> None:
    assert size_of(raw) == size


def marker(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


HOSTILE = [
    "x", "中", "=", "\x00", "!" * 100, marker([]), marker({}), marker("text"), marker(None), marker(7),
    marker({"v": None, "i": 1, "b": False}), marker({"v": "soon", "i": 1, "b": False}),
    marker({"v": {"a": 1}, "i": 1, "b": False}), marker({"v": [], "i": 1, "b": False}),
    marker({"v": "2026-11-23T02:00:00", "i": 1, "b": False}),
    marker({"v": "2026-11-23", "i": 1, "b": False}),
    marker({"v": "9999-12-31T23:59:59-23:59", "i": 1, "b": False}),
    marker({"v": "0001-01-01T00:00:00+23:59", "i": 1, "b": True}),
    marker({"v": NOW.isoformat(), "i": "x", "b": False}), marker({"v": NOW.isoformat(), "b": False}),
    marker({"v": NOW.isoformat(), "i": float("inf"), "b": False}),
    marker({"v": NOW.isoformat(), "i": float("nan"), "b": False}),
    base64.urlsafe_b64encode(b"[" * 6000).decode(), base64.urlsafe_b64encode(b"\xff\xfe{").decode(),
]  # fmt: skip


@pytest.mark.parametrize("cursor", HOSTILE, ids=range(len(HOSTILE)))
def test_a_made_up_marker_is_refused_with_a_sentence(rows: list[int], cursor: str) -> None:
    with pytest.raises(BadInput) as refused:
        page_of(IdempotencyKey.objects.all(), by="-created_at", cursor=cursor)
    assert refused.value.field == "cursor"


@pytest.mark.parametrize("number", [10**30, -(10**30), 2**63])
def test_an_id_beyond_any_row_is_an_empty_or_a_full_page(rows: list[int], number: int) -> None:
    cursor = marker({"v": NOW.isoformat(), "i": number, "b": False})
    page_of(IdempotencyKey.objects.all(), by="created_at", cursor=cursor)
