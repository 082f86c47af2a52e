"""What the page of a case's chain shows: every link, whether it holds, and the digest that covers it."""

from dataclasses import dataclass
from datetime import date

from cases.desk import who_took
from cases.history.chain import all_wrong, held_case, held_still
from cases.history.cover import leaves_of
from cases.history.said import Difference
from cases.models import Case, CaseEvent, HeadDigest, HeadLeaf
from cases.selectors import case_for, history_told
from cases.veil import cover_of, covered_events, is_inside
from core.errors import Sentence
from grids.access import Access


@dataclass(frozen=True, slots=True)
class Link:
    """One event as a link: hashes are "" where they are withheld, ``covered_by`` None until a digest."""

    event: CaseEvent
    who: str
    covered_by: date | None
    broken: Sentence


@dataclass(frozen=True, slots=True)
class Chain:
    """A case's chain; ``wrong`` is empty when it holds, ``digest`` the newest that covers any of it."""

    case: Case
    links: list[Link]
    wrong: list[Difference]
    digest: HeadDigest | None

    @property
    def uncovered(self) -> int:
        """How many of the newest events no digest covers yet."""
        return sum(link.covered_by is None for link in self.links)


def chain_of(access: Access, number: str) -> Chain:
    """The chain of a case, by number or UUID.

    Raises:
        NotFound: none such in the scope.
    """
    case = case_for(access, number)
    wrong = all_wrong(held_case(case.pk))
    if wrong:
        wrong = all_wrong(held_still(case.pk))
    leaves = leaves_of(case.uuid)
    reasons = {one.seq: one.sentence for one in reversed(wrong)}
    events = covered_events(history_told(case), cover_of(case), inside=is_inside(access, case))
    links = [Link(e, who_took(e), _covered_by(leaves, e.seq), reasons.get(e.seq, "")) for e in events]
    digest = HeadDigest.objects.defer("blocks").filter(day=leaves[-1].day).first() if leaves else None
    return Chain(case, links, wrong, digest)


def _covered_by(leaves: list[HeadLeaf], seq: int) -> date | None:
    return next((leaf.day for leaf in leaves if leaf.events_count >= seq), None)
