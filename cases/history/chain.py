"""Whether one case's history holds: its chain first, then the rows beside it."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from cases.history.held import Held
from cases.history.rows import differences
from cases.history.said import Difference
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
