"""What changed between two versions of a plan: measures, units, finish-by. Pure.

Chinese has no spaces between words, so a changed measure is compared sign by sign; a run of Latin letters or
digits counts as one sign, so that a time or a phone number changes as a whole.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum

from accounts.models import Unit

_SIGNS = re.compile(r"[A-Za-z0-9]+(?:[.:/-][A-Za-z0-9]+)*|.", re.DOTALL)
_ALIKE = 0.3  # two measures that share so many pairs of signs are one that was changed
_MOST = 40_000  # comparisons of one sign with another in a measure


class Change(StrEnum):
    """What became of a measure, a piece of one, or a unit."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


CHANGES = [change.value for change in Change]
# A piece or a unit is there or not; only a whole measure can be changed.
PRESENCES = [change.value for change in Change if change is not Change.CHANGED]


@dataclass(frozen=True, slots=True)
class Wording:
    """What a version of a plan says, whether of one case or of several."""

    version: int
    measures: tuple[str, ...]
    lead_unit: Unit
    assisting_units: tuple[Unit, ...]
    finish_by: datetime


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a measure's text: the same, added or removed."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class MeasureChange:
    """One measure with its numbers before and after (None where it is not there)."""

    change: Change
    old: int | None
    new: int | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class UnitChange:
    """One assisting unit: the same, added or removed."""

    change: Change
    unit: Unit


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs from ``old`` to ``new``; ``same`` when nothing does."""

    old: Wording
    new: Wording
    measures: tuple[MeasureChange, ...]
    assisting: tuple[UnitChange, ...]

    @property
    def lead_changed(self) -> bool:
        return self.old.lead_unit.pk != self.new.lead_unit.pk

    @property
    def finish_changed(self) -> bool:
        return self.old.finish_by != self.new.finish_by

    @property
    def same(self) -> bool:
        parts: tuple[MeasureChange | UnitChange, ...] = self.measures + self.assisting
        return not (self.lead_changed or self.finish_changed or any(p.change != Change.SAME for p in parts))


def difference_between(old: Wording, new: Wording) -> Difference:
    """What changed from one version to another."""
    return Difference(
        old,
        new,
        tuple(_measures(old.measures, new.measures)),
        tuple(_units(old.assisting_units, new.assisting_units)),
    )


def _measures(old: Sequence[str], new: Sequence[str]) -> Iterator[MeasureChange]:
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                yield MeasureChange(Change.SAME, i + 1, j + 1, (Piece(Change.SAME, old[i]),))
        else:
            yield from _replaced(old, new, range(i1, i2), range(j1, j2))


def _replaced(old: Sequence[str], new: Sequence[str], gone: range, come: range) -> Iterator[MeasureChange]:
    """A block that differs: measures alike are paired in their order, the others came or went."""
    at = gone.start
    for j in come:
        twin = next((i for i in range(at, gone.stop) if _alike(old[i], new[j])), None)
        if twin is None:
            yield MeasureChange(Change.ADDED, None, j + 1, (Piece(Change.ADDED, new[j]),))
            continue
        yield from (_removed(old, i) for i in range(at, twin))
        yield MeasureChange(Change.CHANGED, twin + 1, j + 1, tuple(_pieces(old[twin], new[j])))
        at = twin + 1
    yield from (_removed(old, i) for i in range(at, gone.stop))


def _removed(old: Sequence[str], i: int) -> MeasureChange:
    return MeasureChange(Change.REMOVED, i + 1, None, (Piece(Change.REMOVED, old[i]),))


def _alike(old: str, new: str) -> bool:
    """Whether two measures share enough pairs of neighbouring signs; linear in their length."""
    before, after = _pairs(old), _pairs(new)
    return 2 * (before & after).total() >= _ALIKE * (before.total() + after.total())


def _pairs(text: str) -> Counter[str]:
    return Counter(map(str.__add__, text, text[1:]))


def _pieces(old: str, new: str) -> Iterator[Piece]:
    before, after = _SIGNS.findall(old), _SIGNS.findall(new)
    head = _shared(before, after)
    tail = _shared(before[head:][::-1], after[head:][::-1])
    yield from _piece(Change.SAME, before[:head])
    yield from _middle(before[head : len(before) - tail], after[head : len(after) - tail])
    yield from _piece(Change.SAME, before[len(before) - tail :])


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many signs both begin with."""
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _middle(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    if len(before) * len(after) > _MOST:
        # Rewritten from end to end: nobody would read the scraps, and finding them takes long.
        yield from _piece(Change.REMOVED, before)
        yield from _piece(Change.ADDED, after)
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from _piece(Change.SAME, before[i1:i2])
            continue
        yield from _piece(Change.REMOVED, before[i1:i2])
        yield from _piece(Change.ADDED, after[j1:j2])


def _piece(change: Change, signs: Sequence[str]) -> Iterator[Piece]:
    if signs:
        yield Piece(change, "".join(signs))


def _units(old: Sequence[Unit], new: Sequence[Unit]) -> Iterator[UnitChange]:
    kept, wanted = {unit.pk for unit in new}, {unit.pk for unit in old}
    for unit in old:
        yield UnitChange(Change.SAME if unit.pk in kept else Change.REMOVED, unit)
    for unit in new:
        if unit.pk not in wanted:
            yield UnitChange(Change.ADDED, unit)
