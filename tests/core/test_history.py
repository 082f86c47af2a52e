"""The chain finds whatever was done to it, and hashes the same after a trip through either engine."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.history import GENESIS, Entry, breaks, canonical, digest, link
from core.models import OutboxEvent

WHEN = datetime(2026, 11, 23, 2, 0, 0, 123456, tzinfo=UTC)
ODD: list[dict[str, Any]] = [
    {"n": -0.0}, {"n": 0.0}, {"n": 1e-7}, {"n": 107.0050001}, {"n": 5.0}, {"n": 1e22}, {"n": 10**30},
    {"n": -(2**63)}, {"n": 0.1 + 0.2}, {"n": 5e-324}, {"n": 1.7976931348623157e308}, {"": ""}, {},
    {"b": True, "a": None}, {"汉": "暴露垃圾 🗑️", "é": "é vs e\u0301"}, {"quote": "\"\\/\b\f\n\r\t\u2028"},
    {"z": [1, [2.50, {"y": []}], "x"], "10": 1, "9": 2}, {"1": "文字", "nested": {"": {"": -0.0}}},
]  # fmt: skip


def chain(*payloads: dict[str, Any]) -> list[Entry]:
    entries, previous = [], GENESIS
    for seq, payload in enumerate(payloads, 1):
        hashed = link(previous, payload)
        entries.append(Entry(seq, previous, hashed, payload))
        previous = hashed
    return entries


FOUR = chain({"a": 1}, {"a": 2}, {"a": 3}, {"a": 4})


def reasons(entries: list[Entry], head: str = FOUR[-1].hash, count: int = 4) -> list[tuple[int, str]]:
    with override("en"):
        return [(found.seq, str(found.reason)) for found in breaks(entries, head=head, count=count)]


def test_an_untouched_chain_has_no_breaks() -> None:
    assert reasons(FOUR) == []
    assert breaks([], head=GENESIS, count=0) == []


@pytest.mark.parametrize("at", range(4))
def test_an_altered_payload_shows_at_its_place(at: int) -> None:
    entry = FOUR[at]
    altered = [*FOUR[:at], Entry(entry.seq, entry.previous, entry.hash, {"a": 9}), *FOUR[at + 1 :]]
    assert reasons(altered) == [(at + 1, "Its content does not match its hash.")]


@pytest.mark.parametrize("at", range(4))
def test_an_altered_entry_hashed_anew_shows_behind_it(at: int) -> None:
    entry = FOUR[at]
    forged = Entry(entry.seq, entry.previous, link(entry.previous, {"a": 9}), {"a": 9})
    assert reasons([*FOUR[:at], forged, *FOUR[at + 1 :]]) != []


@pytest.mark.parametrize("at", range(4))
def test_a_deleted_entry_shows(at: int) -> None:
    assert reasons(FOUR[:at] + FOUR[at + 1 :]) != []


def test_a_cut_off_tail_shows_though_the_rest_holds() -> None:
    cut = reasons(FOUR[:2])
    assert len(cut) == 2
    assert reasons(FOUR[:2], head=FOUR[1].hash) == [(3, "4 entries are recorded, 2 are there.")]
    assert reasons(FOUR[:2], count=2) == [(2, "The last entry is not the recorded head.")]


def test_an_added_entry_shows() -> None:
    longer = chain({"a": 1}, {"a": 2}, {"a": 3}, {"a": 4}, {"a": 5})
    assert len(reasons(longer)) == 2


@pytest.mark.parametrize("swap", [(0, 1), (1, 2), (0, 3)])
def test_reordered_entries_show(swap: tuple[int, int]) -> None:
    mixed = list(FOUR)
    mixed[swap[0]], mixed[swap[1]] = mixed[swap[1]], mixed[swap[0]]
    assert reasons(mixed) != []


def test_entries_renumbered_after_a_swap_show_too() -> None:
    first, second = FOUR[0], FOUR[1]
    mixed = [
        Entry(1, second.previous, second.hash, second.payload),
        Entry(2, first.previous, first.hash, first.payload),
        *FOUR[2:],
    ]
    assert reasons(mixed) != []


def test_a_chain_of_another_case_does_not_fit() -> None:
    assert reasons(chain({"b": 1}, {"a": 2}, {"a": 3}, {"a": 4})) != []


def stored(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload after a trip through the database's JSON column."""
    row = OutboxEvent.objects.create(topic="t", subject="s", payload=payload, created_at=WHEN)
    return dict(OutboxEvent.objects.get(pk=row.pk).payload)


@pytest.mark.django_db
def test_every_odd_value_hashes_the_same_after_a_round_trip() -> None:
    assert [odd for odd in ODD if link(GENESIS, stored(odd)) != link(GENESIS, odd)] == []


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab 汉", max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(payload=st.dictionaries(st.text("xyz", max_size=3), _VALUES, max_size=4))
def test_any_payload_hashes_the_same_after_a_round_trip(payload: dict[str, Any]) -> None:
    assert canonical(stored(payload)) == canonical(payload)


def test_a_moment_hashes_the_same_in_every_zone() -> None:
    elsewhere = WHEN.astimezone(timezone(timedelta(hours=8)))
    assert canonical({"at": WHEN}) == canonical({"at": elsewhere})
    assert canonical({"at": WHEN}) != canonical({"at": WHEN + timedelta(microseconds=1)})


def test_order_of_keys_is_nothing_and_order_of_lists_is_something() -> None:
    assert canonical({"a": 1, "b": 2}) == canonical({"b": 2, "a": 1})
    assert canonical({"a": [1, 2]}) != canonical({"a": [2, 1]})
    assert canonical({"a": 1}) != canonical({"a": "1"})


def test_halves_of_signs_are_told_apart_rather_than_crash() -> None:
    assert canonical({"a": "\ud800"}) != canonical({"a": "\ud801"})


def test_numbers_that_are_none_have_a_form_too() -> None:
    forms = {canonical({"a": value}) for value in (float("nan"), float("inf"), float("-inf"), 0.0)}
    assert len(forms) == 4


def test_a_digest_depends_on_the_salt_and_hides_the_value() -> None:
    assert digest("刘女士", "one") != digest("刘女士", "two")
    assert digest("刘女士", "one") == digest("刘女士", "one")
    assert "刘" not in digest("刘女士", "one")


def test_the_encoder_of_events_keeps_no_moments() -> None:
    # Milliseconds and a Z: why an event's data holds moments as text made by the service.
    assert DjangoJSONEncoder().default(WHEN) == "2026-11-23T02:00:00.123Z"
