"""One stream over all that ``verify_history`` looks at: chains, rows, files, digests."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.models import HeadLeaf
from cases.services.digest_verify import digests_breaks
from cases.services.history_verify import history_cases, history_checked
from core.errors import Sentence


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be looked at; ``kept`` are digest lines from outside (``digests`` with them)."""

    number: str = ""
    since: datetime | None = None
    files: bool = False
    digests: bool = False
    kept: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold: of a case (with the event where it shows) or of a day's digest."""

    subject: str
    seq: int | None
    reason: Sentence
    more: int = 0

    def as_data(self) -> dict[str, Any]:
        """Plain JSON."""
        return {"subject": self.subject, "event": self.seq, "reason": str(self.reason), "more": self.more}


@dataclass(frozen=True, slots=True)
class Portion:
    """A portion of the work done: ``pieces`` of the total, ``cases`` among them."""

    pieces: int
    cases: int
    findings: list[Finding]
    unproven: int = 0


def history_total(asked: Asked) -> int:
    """How many pieces of work there are.

    Raises:
        NotFound: no case has this number.
    """
    cases = history_cases(number=asked.number, since=asked.since).count()
    return cases + (HeadLeaf.objects.count() if asked.digests and not asked.number else 0)


def history_report(asked: Asked) -> Iterator[Portion]:
    """Everything that does not hold, as it is found; memory does not grow.

    Raises:
        NotFound: no case has this number.
    """
    for checked in history_checked(number=asked.number, since=asked.since, files=asked.files):
        findings = [Finding(one.number, one.seq, one.reason, one.more) for one in checked.broken]
        yield Portion(checked.cases, checked.cases, findings, checked.unproven)
    if asked.digests:
        for compared in digests_breaks(kept=asked.kept, number=asked.number):
            yield Portion(
                compared.leaves, 0, [Finding(one.subject, None, one.reason) for one in compared.broken]
            )
