"""The hash chain of a history: each entry carries the hash of the one before it. Pure."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.errors import Sentence

GENESIS = "0" * 64


def canonical(payload: Mapping[str, Any]) -> bytes:
    """The payload as JSON bytes that are the same on every machine and engine.

    PostgreSQL's jsonb knows no negative zero and gives 1e22 back as a whole number, so whole floats are
    written as whole numbers. What a client sends may hold halves of signs; they are told apart, not refused.
    """
    return _WRITER.encode(_plain(payload)).encode("utf-8", "surrogatepass")


_WRITER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_AS_IT_IS = frozenset({str, int, bool, type(None)})


def _plain(value: object) -> object:
    if type(value) in _AS_IT_IS or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        # By its digits, as jsonb reads it: int() alone would give 1e23 another value.
        return int(Decimal(repr(value))) if value.is_integer() else value
    if isinstance(value, Mapping):
        # Most of what it holds is as it is; every step and every rung comes by here.
        return {str(key): held if type(held) in _AS_IT_IS else _plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)


def link(previous: str, payload: Mapping[str, Any]) -> str:
    """SHA-256 (64 hex digits) over the previous hash and the payload."""
    return hashlib.sha256(previous.encode() + b"\n" + canonical(payload)).hexdigest()


def digest(value: str, salt: str) -> str:
    """A keyed digest that stands in the chain for personal data, so that the data can be forgotten."""
    return hmac.new(salt.encode(), value.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored entry of a chain, as read back from the database."""

    seq: int
    previous: str
    hash: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a chain does not hold. ``seq`` is where it shows."""

    seq: int
    reason: Sentence


_GAP = _("Entry {expected} is missing; number {found} stands in its place.")
_UNLINKED = _("It does not follow the entry before it.")
_ALTERED = _("Its content does not match its hash.")
_COUNT = _("{recorded} entries are recorded, {found} are there.")
_HEAD = _("The last entry is not the recorded head.")


def breaks(entries: Iterable[Entry], *, head: str, count: int) -> list[Break]:
    """Everything wrong with a chain: gaps, order, altered payloads, a cut-off tail.

    ``entries`` in order of seq from 1; ``head`` and ``count`` as kept beside the chain.
    """
    found: list[Break] = []
    previous, expected = GENESIS, 1
    for entry in entries:
        if entry.seq != expected:
            found.append(Break(expected, format_lazy(_GAP, expected=expected, found=entry.seq)))
        if entry.previous != previous:
            found.append(Break(entry.seq, _UNLINKED))
        if link(entry.previous, entry.payload) != entry.hash:
            found.append(Break(entry.seq, _ALTERED))
        previous, expected = entry.hash, entry.seq + 1
    if expected - 1 != count:
        found.append(Break(expected, format_lazy(_COUNT, recorded=count, found=expected - 1)))
    if previous != head:
        found.append(Break(expected - 1, _HEAD))
    return found
