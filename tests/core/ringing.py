"""A kind of subject for tests of timers: bells. A timer about one rings it, which leaves rows to count.

A bell is a row of counts; each ring counts it up and leaves a key that is unique, so that a ring too many
shows twice, and one that was taken back leaves nothing.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from core.models import IdempotencyKey, OutboxDelivery, OutboxEvent, RateCount, Timer
from core.outbox import Happening, subscribe
from core.timers import Due, Missed, register
from tests.cast import NOW

BUCKET = "bells"
TOPIC, CONSUMER = "bell.rang", "tests.bells"
RULES = {"each": Missed.EACH, "highest": Missed.HIGHEST}


class Bells:
    """The handler. ``cracked`` subjects raise when they ring; ``telling``: each ring owes a delivery."""

    def __init__(self, *, telling: bool = False) -> None:
        self.telling = telling
        self.cracked: set[str] = set()
        self.rung: list[Due] = []
        self.batches: list[int] = []

    def hold(self, subjects: Collection[str]) -> Mapping[str, Any]:
        names = [subject.partition(":")[2] for subject in subjects]
        rows = RateCount.objects.filter(bucket=BUCKET, client__in=names).order_by("pk")
        held = rows.select_for_update(skip_locked=True).values_list("client", "pk")
        return {f"bell:{client}": pk for client, pk in held}

    def gone(self, subjects: Collection[str]) -> Collection[str]:
        names = [subject.partition(":")[2] for subject in subjects]
        there = RateCount.objects.filter(bucket=BUCKET, client__in=names).values_list("client", flat=True)
        return set(subjects) - {f"bell:{client}" for client in there}

    def fire(self, held: Mapping[str, Any], due: Sequence[Due], now: datetime) -> None:
        self.batches.append(len(due))
        IdempotencyKey.objects.bulk_create(
            IdempotencyKey(
                actor=timer.subject,
                key=f"{timer.rule} {timer.level}.{timer.generation}",
                fingerprint="outrun" if timer.outrun else "rung",
                created_at=now,
            )
            for timer in due
        )
        times = Counter(held[timer.subject] for timer in due if not timer.outrun)
        for number in set(times.values()):
            ringing = [pk for pk, count in times.items() if count == number]
            RateCount.objects.filter(pk__in=ringing).update(count=F("count") + number)
        if self.telling:
            self._tell(due, now)
        if cracked := self.cracked & {timer.subject for timer in due}:
            raise RuntimeError(f"{sorted(cracked)} is cracked")
        self.rung += due

    def _tell(self, due: Sequence[Due], now: datetime) -> None:
        events = OutboxEvent.objects.bulk_create(
            OutboxEvent(topic=TOPIC, subject=timer.subject, payload={"id": timer.id}, created_at=now)
            for timer in due
        )
        OutboxDelivery.objects.bulk_create(
            OutboxDelivery(event=event, consumer=CONSUMER, due_at=now) for event in events
        )


def hang(*names: str | int) -> None:
    """Make bells."""
    RateCount.objects.bulk_create(
        RateCount(bucket=BUCKET, client=str(name), hour=NOW, count=0) for name in names
    )


def set_timers(
    names: Iterable[str | int], due_at: datetime = NOW, rule: str = "each", levels: int = 1
) -> None:
    """Arm timers for bells, levels a second apart from ``due_at``."""
    Timer.objects.bulk_create(
        Timer(subject=f"bell:{name}", rule=rule, level=level, due_at=moment, wake_at=moment)
        for name in names
        for level in range(1, levels + 1)
        for moment in [due_at + timedelta(seconds=level - 1)]
    )


def rings() -> dict[str, int]:
    """How often each bell rang."""
    return dict(RateCount.objects.filter(bucket=BUCKET).order_by("pk").values_list("client", "count"))


def keys() -> list[tuple[str, str, str]]:
    """What each ring left, in order."""
    return list(IdempotencyKey.objects.order_by("pk").values_list("actor", "key", "fingerprint"))


def states() -> dict[str, int]:
    """How many timers are in each state."""
    return dict(Counter(Timer.objects.values_list("state", flat=True)))


def install(*, telling: bool = True) -> Bells:
    """Register the kind, for good: in a process of its own, or under a patched registry."""
    bells = Bells(telling=telling)
    register("bell", bells, RULES)
    if telling:
        subscribe(TOPIC, CONSUMER, hear)
    return bells


def hear(happening: Happening, now: datetime) -> None:
    """Hear of one ring, once."""
    key = f"heard {happening.payload['id']}"
    IdempotencyKey.objects.create(actor=happening.subject, key=key, fingerprint="heard", created_at=now)
