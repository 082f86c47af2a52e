"""Taking the day's digest: the heads that moved become leaves, their root is chained to the day before.

Leaves are written in portions, each in a transaction of its own with the mark on its cases, so that no
step waits long, and a run that was killed is gone on with. The row of the day closes it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Max

from cases.engine import digest_turn
from cases.models import Case, HeadDigest, HeadLeaf
from cases.models.digest import BLOCK
from cases.services.digest_deliver import TOPIC
from core.history import GENESIS
from core.merkle import root_of
from core.services.outbox import outbox_emit

_ZONE = ZoneInfo("Asia/Shanghai")


def heads_digest(*, now: datetime, told: Callable[[int], None] = lambda count: None) -> HeadDigest | None:
    """Take the digest of the day of ``now``; None when it is there already.

    A day that was begun and never closed is closed first. ``told`` hears of each portion of heads read.
    Two runs at once are safe: one of them takes the digest.
    """
    today = now.astimezone(_ZONE).date()
    taken = None
    while _newest_day() < today:
        day = min(_open_day() or today, today)
        _leaves_write(day, told)
        taken = _close(day, now)
        if taken is None:
            return None
    return taken


def undigested() -> int:
    """How many cases have moved since the last digest."""
    return Case.objects.filter(events_count__gt=F("digested_events")).count()


def _newest_day() -> date:
    return HeadDigest.objects.aggregate(day=Max("day"))["day"] or date.min


def _open_day() -> date | None:
    day: date | None = HeadLeaf.objects.aggregate(day=Max("day"))["day"]
    return day if day and day > _newest_day() else None


def _leaves_write(day: date, told: Callable[[int], None]) -> None:
    last = 0
    while portion := _portion_write(day, last):
        last = portion[-1]
        told(len(portion))


@transaction.atomic
def _portion_write(day: date, after: int) -> list[int]:
    """Make the next cases leaves of the day, under their locks; returns their ids, rising.

    None when another run has closed the day meanwhile: what moves now belongs to the next one.
    """
    digest_turn()
    if HeadDigest.objects.filter(day=day).exists():
        return []
    moved = Case.objects.filter(events_count__gt=F("digested_events"), pk__gt=after).order_by("pk")
    columns = ("pk", "uuid", "digested_events", "events_count", "head_hash")
    rows = list(moved.select_for_update().values_list(*columns)[:BLOCK])
    highest = HeadLeaf.objects.filter(day=day).aggregate(last=Max("position"))["last"]
    first = 0 if highest is None else highest + 1
    HeadLeaf.objects.bulk_create(
        HeadLeaf(
            day=day, position=at, case_uuid=uuid, before=before, events_count=count, head_hash=head
        )
        for at, (_pk, uuid, before, count, head) in enumerate(rows, first)
    )  # fmt: skip
    ids = [row[0] for row in rows]
    Case.objects.filter(pk__in=ids).update(digested_events=F("events_count"))
    return ids


@dataclass(slots=True)
class DaySum:
    """The leaves of a day, added up while they stream by in the order of their positions."""

    cases: int = 0
    events: int = 0
    changed: int = 0
    blocks: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def add(self, leaf: HeadLeaf) -> None:
        """One more leaf."""
        self.cases += leaf.before == 0
        self.events += leaf.events_count - leaf.before
        self.changed += 1
        self._open.append(leaf.hash)
        if len(self._open) == BLOCK:
            self._end_block()

    def root(self) -> str:
        """The root over all leaves; ends the sum."""
        if self._open:
            self._end_block()
        return root_of(self.blocks)

    def _end_block(self) -> None:
        self.blocks.append(root_of(self._open))
        self._open = []


def _close(day: date, now: datetime) -> HeadDigest | None:
    """Write the day's row; None when another run has. What that run adds while the day is summed up is
    seen under the turn, and the sum goes on."""
    total = DaySum()
    while True:
        for leaf in (
            HeadLeaf.objects.filter(day=day, position__gte=total.changed)
            .order_by("position")
            .iterator(chunk_size=2000)
        ):
            total.add(leaf)
        with transaction.atomic():
            digest_turn()
            if HeadDigest.objects.filter(day=day).exists():
                return None
            if HeadLeaf.objects.filter(day=day).count() == total.changed:
                return _row_write(day, total, now)


def _row_write(day: date, total: DaySum, now: datetime) -> HeadDigest:
    last = HeadDigest.objects.order_by("-number").first()
    row = HeadDigest(
        number=last.number + 1 if last else 1,
        day=day,
        at=now,
        cases=total.cases + (last.cases if last else 0),
        events=total.events + (last.events if last else 0),
        changed=total.changed,
        root=total.root(),
        blocks=total.blocks,
        previous=last.digest if last else GENESIS,
    )
    row.digest = row.right_digest()
    row.save(force_insert=True)
    outbox_emit(topics=[TOPIC], subject=f"digest:{day}", payload={"line": row.line()}, now=now)
    return row
