"""Reading every case's chain again, and holding the rows beside it against what it says."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.history.chain import all_wrong, held_still, whole_cases
from cases.history.held import Held, held_rows
from cases.history.rows import unproven
from cases.history.said import Difference
from cases.models import Case, CaseEvent, Photo
from cases.workflow import Action
from core.errors import NotFound, Sentence

# A case has some ten events, so this many cases at a time are a few thousand rows in memory.
_CASES_AT_ONCE = 300


@dataclass(frozen=True, slots=True)
class BrokenCase:
    """The first place where a case's history does not hold, and how many more there are behind it."""

    number: str
    seq: int
    reason: Sentence
    more: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """A portion of the work done; ``unproven`` counts what nothing was kept to compare by."""

    cases: int
    broken: list[BrokenCase]
    unproven: int = 0


def history_breaks(*, number: str = "", files: bool = False) -> Iterator[tuple[int, list[BrokenCase]]]:
    """The breaks alone, as a stream of (cases checked, breaks found in them).

    Raises:
        NotFound: no case has this number.
    """
    for checked in history_checked(number=number, files=files):
        yield checked.cases, checked.broken


def history_checked(
    *, number: str = "", since: datetime | None = None, files: bool = False
) -> Iterator[Checked]:
    """Check all cases, one, or those with an event since a moment; ``files`` also reads every photo's file.

    Memory stays the same however many cases there are.

    Raises:
        NotFound: no case has this number.
    """
    stream = history_cases(number=number, since=since).iterator(chunk_size=2000)
    while chunk := list(islice(stream, _CASES_AT_ONCE)):
        held = held_rows(chunk)
        suspect = [one.case.pk for one in held if broken_case(one, files=files)]
        # Steps go on meanwhile; what still is broken with the case held fast is.
        broken = [found for pk in suspect if (found := broken_case(held_still(pk), files=files))]
        yield Checked(len(chunk), broken, sum(unproven(one) for one in held))


def history_cases(*, number: str = "", since: datetime | None = None) -> QuerySet[Case]:
    """The cases a check looks at, in the order it does.

    Raises:
        NotFound: no case has this number.
    """
    rows = whole_cases()
    if number:
        rows = rows.filter(number=number)
        if not rows.exists():
            raise NotFound(_("There is no case %(number)s.") % {"number": number})
    if since:
        rows = rows.filter(Exists(CaseEvent.objects.filter(case_id=OuterRef("pk"), at__gte=since)))
    return rows


def broken_case(held: Held, *, files: bool = False) -> BrokenCase | None:
    """What is wrong with one case; rows are only held against a chain that holds."""
    found = all_wrong(held)
    if files:
        found += _files_differ(held)
    if not found:
        return None
    return BrokenCase(held.case.number, found[0].seq, found[0].sentence, len(found) - 1)


def _files_differ(held: Held) -> Iterator[Difference]:
    for photo in held.photos:
        if photo.removed_at is not None:
            continue
        try:
            same = _file_hash(photo) == photo.kept_sha256
        except OSError:
            sentence = format_lazy(_("The file of photo {photo} is missing."), photo=photo.pk)
            yield Difference(photo.event_seq or 0, sentence)
            continue
        if not same:
            sentence = format_lazy(_("The file of photo {photo} was changed."), photo=photo.pk)
            yield Difference(photo.event_seq or 0, sentence)


def _file_hash(photo: Photo) -> str:
    whole = hashlib.sha256()
    with photo.file.open("rb") as kept:
        for chunk in kept.chunks():
            whole.update(chunk)
    return whole.hexdigest()


def cases_forgotten(*, number: str = "") -> int:
    """In how many cases, or whether in this one, whoever reported was forgotten: no break, but asked for."""
    rows = CaseEvent.objects.filter(action=Action.FORGET)
    return (rows.filter(case__number=number) if number else rows).values("case").distinct().count()
