"""Holding today's histories against the digests taken of them, stored here and kept by the operator."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseEvent, HeadDigest, HeadLeaf
from cases.services.digest_take import DaySum
from core.errors import BadInput, Sentence
from core.history import GENESIS, link

_LEAVES_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class BrokenDigest:
    """Something that is no longer as a digest found it; ``subject`` is a day or a case."""

    subject: str
    reason: Sentence


@dataclass(frozen=True, slots=True)
class Compared:
    """A portion of the work done."""

    leaves: int
    broken: list[BrokenDigest]


def digests_breaks(*, kept: Iterable[Mapping[str, Any]] = (), number: str = "") -> Iterator[Compared]:
    """Everything that is not as the digests found it; ``kept`` are the lines the operator kept, ``number``
    that of the only case to look at.

    Reads every leaf once, in portions: whether its case still has that event with that hash, and whether
    the leaves of a day still make its root.
    """
    yield Compared(0, list(_chain_broken()))
    yield Compared(0, list(_kept_differ(kept)))
    yield Compared(0, list(_marks_differ(number)))
    if number:
        mine = HeadLeaf.objects.filter(case_uuid__in=Case.objects.filter(number=number).values("uuid"))
        yield Compared(0, [broken for portion in _portions(mine) for broken in _leaves_broken(portion)])
        return
    for row in HeadDigest.objects.order_by("number").iterator(chunk_size=200):
        yield from _day_broken(row)
    for portion in _portions(HeadLeaf.objects.exclude(day__in=HeadDigest.objects.values("day"))):
        yield Compared(len(portion), list(_leaves_broken(portion)))


def _chain_broken() -> Iterator[BrokenDigest]:
    number, previous, cases, events = 1, GENESIS, 0, 0
    for row in HeadDigest.objects.defer("blocks").order_by("number").iterator(chunk_size=500):
        if row.number != number:
            yield BrokenDigest(str(row.day), _("A digest before this one is missing."))
        if row.previous != previous:
            yield BrokenDigest(str(row.day), _("It does not follow the digest before it."))
        if row.right_digest() != row.digest:
            yield BrokenDigest(str(row.day), _("The digest does not match its own numbers."))
        if row.cases < cases or row.events < events:
            yield BrokenDigest(str(row.day), _("It counts fewer cases or events than the digest before it."))
        number, previous, cases, events = row.number + 1, row.digest, row.cases, row.events


def _kept_differ(kept: Iterable[Mapping[str, Any]]) -> Iterator[BrokenDigest]:
    rows = {str(row.day): row for row in HeadDigest.objects.defer("blocks")}
    for line in kept:
        day = str(line.get("day", ""))
        said = {name: value for name, value in line.items() if name not in ("previous", "digest")}
        if link(str(line.get("previous", "")), said) != line.get("digest"):
            yield BrokenDigest(day, _("The kept line is damaged: it does not match itself."))
        elif day not in rows:
            yield BrokenDigest(day, _("The digest that was kept of this day is no longer here."))
        elif rows[day].digest != line["digest"]:
            yield BrokenDigest(
                day, _("The digest here is not the one that was kept: histories up to this day were changed.")
            )


def _marks_differ(number: str) -> Iterator[BrokenDigest]:
    """A case whose mark says more or less than its newest leaf would be left out of a digest, or in twice."""
    newest = HeadLeaf.objects.filter(case_uuid=OuterRef("uuid")).order_by("-day", "-position")
    cases = Case.objects.filter(number=number) if number else Case.objects.all()
    rows = cases.annotate(covered=Coalesce(Subquery(newest.values("events_count")[:1]), 0))
    for name, covered, marked in (
        rows.exclude(digested_events=F("covered"))
        .order_by("pk")
        .values_list("number", "covered", "digested_events")
    ).iterator(chunk_size=2000):
        sentence = _("It is marked as digested up to event {marked}, and the digests cover {covered}.")
        yield BrokenDigest(name, format_lazy(sentence, marked=marked, covered=covered))


def _day_broken(row: HeadDigest) -> Iterator[Compared]:
    total = DaySum()
    for portion in _portions(HeadLeaf.objects.filter(day=row.day)):
        for leaf in portion:
            total.add(leaf)
        yield Compared(len(portion), list(_leaves_broken(portion)))
    root, before = total.root(), _sums_before(row)
    if (root, total.changed) != (row.root, row.changed):
        yield _said(row, _("The heads kept of this day are not those that were digested."))
    elif total.blocks != row.blocks:
        yield _said(row, _("The subtree roots kept of this day are not those of its heads."))
    if (row.cases, row.events) != (before[0] + total.cases, before[1] + total.events):
        yield _said(row, _("Its counts of cases and events are not those of its heads."))


def _said(row: HeadDigest, sentence: Sentence) -> Compared:
    return Compared(0, [BrokenDigest(str(row.day), sentence)])


def _sums_before(row: HeadDigest) -> tuple[int, int]:
    last = HeadDigest.objects.filter(number__lt=row.number).order_by("-number")
    return last.values_list("cases", "events").first() or (0, 0)


def _portions(leaves: QuerySet[HeadLeaf]) -> Iterator[list[HeadLeaf]]:
    """The leaves with what stands there now, in order, some thousand at a time."""
    day: date | None = None
    position = -1
    while True:
        rows = leaves.filter(Q(day__gt=day) | Q(day=day, position__gt=position)) if day else leaves
        portion = list(_annotated(rows).order_by("day", "position")[:_LEAVES_AT_ONCE])
        if not portion:
            return
        yield portion
        day, position = portion[-1].day, portion[-1].position


def _annotated(leaves: QuerySet[HeadLeaf]) -> QuerySet[HeadLeaf]:
    case = Case.objects.filter(uuid=OuterRef("case_uuid"))
    event = CaseEvent.objects.filter(case__uuid=OuterRef("case_uuid"), seq=OuterRef("events_count"))
    return leaves.annotate(
        number=Subquery(case.values("number")[:1]),
        count_now=Subquery(case.values("events_count")[:1]),
        hash_now=Subquery(event.values("hash")[:1]),
        there=Exists(case),
    )


def _leaves_broken(portion: list[HeadLeaf]) -> Iterator[BrokenDigest]:
    for leaf in portion:
        if sentence := _leaf_broken(leaf):
            subject = leaf.number or str(leaf.case_uuid)  # type: ignore[attr-defined]
            yield BrokenDigest(subject, format_lazy(str(sentence), day=leaf.day, count=leaf.events_count))


def _leaf_broken(leaf: Any) -> Sentence:
    if not leaf.there:
        return _("The case is gone; on {day} it was there with {count} events.")
    if leaf.count_now < leaf.events_count:
        return _("Its tail was cut off: on {day} it had {count} events.")
    if leaf.hash_now is None:
        return _("Event {count}, its last one on {day}, is gone.")
    return (
        "" if leaf.hash_now == leaf.head_hash else _("Event {count} is not the one that was there on {day}.")
    )


def kept_lines(text: str) -> list[dict[str, Any]]:
    """The digest lines in a file the operator kept, or in the text of a message; other lines are passed over.

    Raises:
        BadInput: a line that begins like a digest can't be read, or there is none at all.
    """
    found = []
    for line in filter(lambda line: line.startswith("{"), map(str.strip, text.splitlines())):
        try:
            read = json.loads(line)
        except (ValueError, RecursionError):
            raise BadInput(
                _("A line of the kept digests can't be read. Copy it again from where it came.")
            ) from None
        if isinstance(read, dict) and "digest" in read:
            found.append(read)
    if not found:
        raise BadInput(_("There is no digest in this file. Name the file that DIGEST_FILE was written to."))
    return found
