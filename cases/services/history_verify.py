"""Reading every case's chain again: what was altered, cut off or never written shows here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseEvent, EventWords
from cases.words import digests_of, words_match
from cases.workflow import Action
from core.errors import NotFound
from core.history import breaks

# A case has some ten events, so this many cases at a time are a few thousand rows in memory.
_CASES_AT_ONCE = 300


@dataclass(frozen=True, slots=True)
class BrokenChain:
    """One place where the history of a case does not hold."""

    number: str
    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Head:
    """What the case itself says of its chain."""

    pk: int
    number: str
    uuid: str
    hash: str
    count: int


def history_breaks(*, number: str = "") -> Iterator[tuple[int, list[BrokenChain]]]:
    """Check all chains, or one case's, as a stream of (cases checked, breaks found in them).

    Memory stays the same however many cases there are.

    Raises:
        NotFound: no case has this number.
    """
    rows = Case.objects.filter(number=number) if number else Case.objects.all()
    if number and not rows.exists():
        raise NotFound(_("There is no case %(number)s.") % {"number": number})
    columns = ("pk", "number", "uuid", "head_hash", "events_count")
    stream = rows.order_by("pk").values_list(*columns).iterator(chunk_size=2000)
    heads = (_Head(pk, name, str(uuid), head, count) for pk, name, uuid, head, count in stream)
    while chunk := list(islice(heads, _CASES_AT_ONCE)):
        yield len(chunk), list(_broken(chunk))


def _broken(heads: Iterable[_Head]) -> Iterator[BrokenChain]:
    by_case: dict[int, list[CaseEvent]] = defaultdict(list)
    ids = [head.pk for head in heads]
    for event in (
        CaseEvent.objects.filter(case_id__in=ids).order_by("case_id", "seq").iterator(chunk_size=2000)
    ):
        by_case[event.case_id].append(event)
    said: dict[int, list[EventWords]] = defaultdict(list)
    for row in EventWords.objects.filter(event__case_id__in=ids).iterator(chunk_size=2000):
        said[row.event_id].append(row)
    for head in heads:
        yield from _breaks_of(head, by_case[head.pk])
        yield from _words_of(head, by_case[head.pk], said)


def _words_of(
    head: _Head, events: list[CaseEvent], said: dict[int, list[EventWords]]
) -> Iterator[BrokenChain]:
    chained = digests_of(events)
    for event in events:
        for reason in words_match(event, said.get(event.pk, ()), chained):
            yield BrokenChain(head.number, event.seq, reason)


def cases_forgotten(*, number: str = "") -> int:
    """In how many cases, or whether in this one, whoever reported was forgotten: no break, but asked for."""
    rows = CaseEvent.objects.filter(action=Action.FORGET)
    return (rows.filter(case__number=number) if number else rows).values("case").distinct().count()


def _breaks_of(head: _Head, events: list[CaseEvent]) -> Iterator[BrokenChain]:
    if not events:
        yield BrokenChain(head.number, 0, "the case has no events")
        return
    entries = (event.entry(head.uuid) for event in events)
    for found in breaks(entries, head=head.hash, count=head.count):
        yield BrokenChain(head.number, found.seq, found.reason)
