"""What people say in a step stands in rows of its own; the chained event holds salted digests of it.

So a number or a name in a reason can be taken out for good and the chain still holds. Pure: the rows are
handed in. History written before words stood apart holds them in clear and is read alike.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.errors import Sentence
from core.history import digest

# The facts of an event that are somebody's own words: a text, a list of texts, or texts by number.
SPOKEN = (
    "text", "words", "result", "reason", "no_position_reason", "no_photo_reason", "evidence",
    "outside_body", "letter_no", "place", "measures", "comments",
)  # fmt: skip
_SPOKEN = frozenset(SPOKEN)
DIGESTS = "said_digest"  # in an event's data: {field: digest} of what was said with it
REDACTED = "redacted_digest"  # in the event of a forgetting: {"seq.field": digest} of what is left
_LISTS = frozenset({"measures"})


class Said(Protocol):
    """One row of words: ``field`` as ``apart`` names it."""

    @property
    def field(self) -> str:
        """Its name within the event."""

    @property
    def text(self) -> str:
        """The words."""

    @property
    def salt(self) -> str:
        """What is hashed with them."""


class Event(Protocol):
    """An event of the chain, oldest first where several are handed in."""

    seq: int
    data: Any


@dataclass(frozen=True, slots=True)
class Spoken:
    """One text ready to be kept: its name within the event, itself, its salt and the digest of both."""

    field: str
    text: str
    salt: str

    @property
    def digest(self) -> str:
        """What stands in the chain for it."""
        return words_digest(self.text, self.salt)


def words_digest(text: str, salt: str) -> str:
    """The digest of a text under its own salt; without the salt nobody can try guesses against it."""
    return digest(f"{salt}|{text}", settings.PERSON_SALT)


def spoken(field: str, text: str) -> Spoken:
    """A text with a fresh salt of 128 bits."""
    return Spoken(field, text, secrets.token_hex(16))


def apart(data: Mapping[str, Any]) -> tuple[dict[str, Any], list[Spoken]]:
    """An event's facts with digests where words stood, and the words; "measures.2" is a list's second."""
    if _SPOKEN.isdisjoint(data):
        return dict(data), []
    facts = {name: value for name, value in data.items() if name not in _SPOKEN}
    said = [spoken(field, text) for name in SPOKEN if name in data for field, text in _flat(name, data[name])]
    return (facts | {DIGESTS: {one.field: one.digest for one in said}} if said else facts), said


def _flat(name: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [(f"{name}.{key}", str(text)) for key, text in value.items()]
    if isinstance(value, list | tuple):
        return [(f"{name}.{number}", str(text)) for number, text in enumerate(value, 1)]
    return [(name, str(value))]


def together(data: Mapping[str, Any], rows: Iterable[Said]) -> dict[str, Any]:
    """The facts of an event with its words in their places again, for showing."""
    facts = {name: value for name, value in data.items() if name not in (DIGESTS, REDACTED)}
    numbered: dict[str, dict[str, str]] = {}
    for row in rows:
        name, _dot, key = row.field.partition(".")
        if key:
            numbered.setdefault(name, {})[key] = row.text
        else:
            facts[name] = row.text
    for name, texts in numbered.items():
        ordered = dict(sorted(texts.items(), key=lambda item: int(item[0])))
        facts[name] = list(ordered.values()) if name in _LISTS else ordered
    return facts


def digests_of(events: Iterable[Event]) -> dict[tuple[int, str], str]:
    """What the chain says of every text, by (seq, field): as it was said, or as a forgetting left it."""
    found: dict[tuple[int, str], str] = {}
    for event in events:
        found |= {(event.seq, field): sealed for field, sealed in _sealed(event.data, DIGESTS).items()}
        for place, sealed in _sealed(event.data, REDACTED).items():
            seq, _dot, field = place.partition(".")
            found[int(seq) if seq.isdecimal() else 0, field] = sealed
    return found


def _sealed(data: Any, name: str) -> Mapping[str, str]:
    # Whoever altered an event may have left anything there.
    held = data.get(name) if isinstance(data, Mapping) else None
    return held if isinstance(held, Mapping) else {}


_GONE = _("The words of “{field}” are missing.")
_ADDED = _("Words stand under “{field}” that nobody said.")
_CHANGED = _("The words of “{field}” were changed.")


def words_match(
    event: Event, rows: Iterable[Said], chained: Mapping[tuple[int, str], str]
) -> Sequence[Sentence]:
    """What is wrong with the words of one event, in sentences; ``chained`` is ``digests_of`` its case."""
    there = {row.field: row for row in rows}
    wanted = {field: sealed for (seq, field), sealed in chained.items() if seq == event.seq}
    gone = [format_lazy(_GONE, field=field) for field in wanted if field not in there]
    added = [format_lazy(_ADDED, field=field) for field in there if field not in wanted]
    changed = [
        format_lazy(_CHANGED, field=field)
        for field, row in there.items()
        if field in wanted and words_digest(row.text, row.salt) != wanted[field]
    ]
    return gone + added + changed
