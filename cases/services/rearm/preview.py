"""What a change would do to open cases, reckoned as the job does it; nothing is changed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.roles import May
from cases.limits import REVISION as LIMITS
from cases.limits import track_of
from cases.models import Case
from cases.services.rearm.changes import Change, rules_supposed
from cases.services.rearm.narrowing import (
    RESTING,
    RUNNING,
    concerned,
    portions,
    touched,
    within_access,
)
from cases.services.rearm.reckoning import Anew, case_reckon
from cases.workflow import OPEN
from core.calendars import REVISION as CALENDARS
from core.history import canonical
from core.services.revisions import revision_of
from grids.access import Access
from grids.permissions import check_may_configure

MOST_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Example:
    """One case that would change: its deadline before and after, None while its clock rests."""

    number: str
    stage: str
    track: str
    before: datetime | None
    after: datetime | None


@dataclass(slots=True)
class Counts:
    """Of the cases a change can touch ``looked_at``, ``changed`` would be. Their deadline comes ``earlier``
    or ``later``, or stays while something else moves. ``overdue_at_once`` would be late and are not,
    ``overdue_no_more`` are late and would not be; with ``at_once`` a rung, or what runs beside, comes at
    once."""

    looked_at: int = 0
    changed: int = 0
    earlier: int = 0
    later: int = 0
    overdue_at_once: int = 0
    overdue_no_more: int = 0
    at_once: int = 0

    @property
    def same(self) -> int:
        """How many keep their deadline while something else moves."""
        return self.changed - self.earlier - self.later


@dataclass(frozen=True, slots=True)
class Preview:
    """The effects of a change on the open cases in an administrator's scope.

    ``open`` clocks run there; ``resting`` ones that it concerns take the new rules when they go on. The
    ``examples`` are those that show most. By the ``digest`` exactly this is started.
    """

    kind: str
    facts: Mapping[str, Any]
    digest: str
    open: int
    resting: int
    counts: Counts
    examples: tuple[Example, ...]

    def numbers(self) -> dict[str, int]:
        """The counts, as audit and job keep them."""
        counts = {name: getattr(self.counts, name) for name in Counts.__dataclass_fields__}
        return {"open": self.open, "resting": self.resting, **counts}


@dataclass(slots=True)
class _Tally:
    """What was counted so far, with the cases that show most."""

    now: datetime
    counts: Counts = field(default_factory=Counts)
    shown: list[tuple[int, float, str, Example]] = field(default_factory=list)

    def add(self, anew: Anew) -> None:
        counts, late, timely = self.counts, anew.turns_late(self.now), anew.turns_timely(self.now)
        counts.looked_at += 1
        if not (anew.moves or anew.data):
            return
        counts.changed += 1
        counts.earlier += anew.shift < 0
        counts.later += anew.shift > 0
        counts.overdue_at_once += late
        counts.overdue_no_more += timely
        counts.at_once += anew.at_once
        self._show(anew, 0 if late else 1 if timely else 2)

    def _show(self, anew: Anew, rank: int) -> None:
        case = anew.case
        example = Example(case.number, case.stage, str(track_of(case)), anew.was, anew.due)
        self.shown.append((rank, -abs(anew.shift), case.number, example))
        if len(self.shown) > MOST_EXAMPLES * 10:
            self.shown = self._best()

    def _best(self) -> list[tuple[int, float, str, Example]]:
        return sorted(self.shown, key=lambda row: row[:3])[:MOST_EXAMPLES]

    @property
    def examples(self) -> tuple[Example, ...]:
        return tuple(example for *_rank, example in self._best())


def rearm_preview(*, change: Change, access: Access | None, now: datetime) -> Preview:
    """What a change would do to the open cases of an administrator; of all districts without an access.

    Exact: each case the change can touch is reckoned in memory as the job does it. A dozen queries, and four
    for every thousand of these cases.

    Raises:
        NotAllowed: not an administrator. NotFound: no such calendar or condition.
        Conflict: nothing would change.
    """
    if access is not None:
        check_may_configure(access)
    scope, facts, tally = within_access(access), change.facts(), _Tally(now)
    with rules_supposed(change) as rules:
        for portion in portions(touched(change.kind, facts).filter(scope)):
            for one in portion:
                tally.add(case_reckon(loaded=one, kind=change.kind, facts=facts, rules=rules, now=now))
    mine = Case.objects.filter(scope, stage__in=OPEN)
    return Preview(
        kind=str(change.kind),
        facts=facts,
        digest=_digest(change.kind, facts, access),
        open=mine.filter(RUNNING).count(),
        resting=mine.filter(RESTING, concerned(change.kind, facts)).count(),
        counts=tally.counts,
        examples=tally.examples,
    )


def _digest(kind: str, facts: Mapping[str, Any], access: Access | None) -> str:
    """What exactly is previewed: the change, the settings it was reckoned on, whose cases; 64 hex digits."""
    scope = sorted(access.area_ids(May.CONFIGURE)) if access is not None else None
    settings = [revision_of(LIMITS), revision_of(CALENDARS)]
    said = {"kind": str(kind), "facts": facts, "settings": settings, "scope": scope}
    return hashlib.sha256(canonical(said)).hexdigest()
