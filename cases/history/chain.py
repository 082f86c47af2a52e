"""Whether one case's history holds: its chain first, then the rows beside it."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.history.held import Held, held_rows
from cases.history.rows import differences
from cases.history.said import Difference
from cases.models import Case
from core.history import breaks


def chain_breaks(held: Held) -> Iterator[Difference]:
    """Where the chain itself does not hold."""
    if not held.events:
        yield Difference(0, _("The case has no events."))
        return
    case = held.case
    entries = (event.entry(str(case.uuid)) for event in held.events)
    for found in breaks(entries, head=case.head_hash, count=case.events_count):
        yield Difference(found.seq, found.reason)


def all_wrong(held: Held) -> list[Difference]:
    """Everything that does not hold; rows are only held against a chain that does."""
    return list(chain_breaks(held)) or list(differences(held))


def held_case(pk: int) -> Held:
    """One case with its rows as they stand, uncovered: to be compared, not to be shown."""
    return held_rows(list(whole_cases().filter(pk=pk)))[0]


@transaction.atomic
def held_still(pk: int) -> Held:
    """The same under the case's lock: a step taken between two reads looks like tampering."""
    Case.objects.select_for_update().only("pk").get(pk=pk)
    return held_case(pk)


def whole_cases() -> QuerySet[Case]:
    """Cases with what a comparison needs of them."""
    return Case.objects.select_related("case_class", "condition").order_by("pk")
