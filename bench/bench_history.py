"""How fast histories are verified and digested.

Run as `DATABASE_URL=postgres://… python -m bench.bench_history` on an empty, migrated database of either
engine; it gets twenty thousand made-up cases of eight events in one transaction, prints rates, leaves
nothing, and ends after some minutes. Everything must hold, or it fails.
"""

import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citymgmt.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402

from cases.history.cover import leaves_of, newest_cover  # noqa: E402
from cases.models import Case, CaseEvent, EventWords, HeadLeaf  # noqa: E402
from cases.services.digest_take import heads_digest  # noqa: E402
from cases.services.digest_verify import digests_breaks  # noqa: E402
from cases.services.events import event_next  # noqa: E402
from cases.services.history_verify import history_breaks  # noqa: E402
from cases.words import Spoken  # noqa: E402
from cases.workflow import Action, Stage  # noqa: E402
from core.history import GENESIS, digest  # noqa: E402
from grids.models import Area  # noqa: E402

CASES, EVENTS, PORTION = 20_000, 8, 2_000
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    """Fill, measure, take everything back."""
    with transaction.atomic():
        _fill()
        chains = _timed(lambda: sum(len(found) for _count, found in history_breaks()))
        _say("chains and rows", CASES, "cases", chains)
        _say("", CASES * EVENTS, "events", chains)
        _say("first digest, every head", CASES, "heads", _timed(lambda: heads_digest(now=FIRST) is None))
        moved = Case.objects.filter(pk__in=Case.objects.order_by("pk").values("pk")[: CASES // 100])
        _append(list(moved))
        next_day = FIRST + timedelta(days=1)
        _say("a day later", CASES // 100, "heads", _timed(lambda: heads_digest(now=next_day) is None))
        compared = _timed(lambda: sum(len(portion.broken) for portion in digests_breaks()))
        _say("held against the digests", HeadLeaf.objects.count(), "leaves", compared)
        last = Case.objects.order_by("pk").last()
        _say("proof of one case", 1, "proof", _timed(lambda: newest_cover(leaves_of(last.uuid)) is None))  # type: ignore[union-attr]
        transaction.set_rollback(True)


def _timed(work: Callable[[], Any]) -> float:
    """Seconds; the work answers with nothing, 0 or False when all is well."""
    began = perf_counter()
    if work():
        sys.exit("Something does not hold.")
    return perf_counter() - began


def _say(what: str, count: int, pieces: str, seconds: float) -> None:
    sys.stdout.write(f"{what:<28} {count:>8} {pieces:<7} {seconds:8.3f} s {count / seconds:>12,.0f}/s\n")


def _fill() -> None:
    grid = _grid()
    for portion in _portions(grid):
        Case.objects.bulk_create(portion)
        _append(portion, times=EVENTS)


def _portions(grid: Area) -> Iterator[list[Case]]:
    for start in range(0, CASES, PORTION):
        yield [_case(grid, number) for number in range(start, start + PORTION)]


def _case(grid: Area, number: int) -> Case:
    return Case(
        uuid=UUID(int=number), number=f"50011520260101{number:05d}", stage=Stage.VERIFY, head_hash=GENESIS,
        description=f"made up {number}", lon=107.0, lat=29.8, district=grid, street=grid, community=grid,
        grid=grid, filed_district_code="500115", filed_grid_code="500115001001001", source="patrol",
        opened_at=FIRST, stage_since=FIRST,
    )  # fmt: skip


def _append(cases: list[Case], *, times: int = 1) -> None:
    made = [_event(case) for _round in range(times) for case in cases]
    CaseEvent.objects.bulk_create([event for event, _said in made], batch_size=1000)
    EventWords.objects.bulk_create(
        [
            EventWords(event=event, field=one.field, text=one.text, salt=one.salt)
            for event, said in made
            for one in said
        ],
        batch_size=1000,
    )
    Case.objects.bulk_update(cases, ["events_count", "head_hash"], batch_size=500)


def _event(case: Case) -> tuple[CaseEvent, list[Spoken]]:
    words = {"text": "made up, as long as people usually write it", "distance_m": 12.5}
    facts = {"description_digest": digest(case.description, settings.PERSON_SALT), "source": "patrol"}
    first = case.events_count == 0
    return event_next(
        case=case, action=Action.REPORT if first else Action.NOTE, actor_id=None, role="", now=FIRST,
        from_stage="" if first else Stage.VERIFY, data=facts if first else words,
    )  # fmt: skip


def _grid() -> Area:
    return Area.objects.create(
        level="district",
        code="500115",
        name="made up",
        short_name="made up",
        valid_from=date(2026, 1, 1),
    )


if __name__ == "__main__":
    main()
