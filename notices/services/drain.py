"""Sending what is owed to the channels: claimed for a while, sent without any lock, then settled.

At least once: a process that is killed between sending and settling leaves its claim, which runs out, and
the same message goes out again under the same key. Two processes never hold the same delivery.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from core.backoff import wait_before
from core.logs import covered
from notices.channels import Channel, Later, Moot, Never, Parcel, Send, channel_of, channels
from notices.faults import Fault
from notices.models import ChannelDelivery, Gate

log = logging.getLogger(__name__)
# Messages under way at the same time in one process, and how long it begins new ones.
WIDTH, BEGINS_FOR = 8, timedelta(seconds=10)
# Rows looked at to find the next targets, and tries that every delivery has before its age counts.
_AHEAD, _FEWEST_TRIES = 400, 5
State = ChannelDelivery.State


@dataclass(frozen=True, slots=True)
class Drained:
    """What one drain did, in deliveries; ``more``: something was still due when it stopped."""

    sent: int = 0
    failed: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """Deliveries of one target that this process holds until ``until``."""

    channel: Channel
    target: str
    rows: Sequence[ChannelDelivery]
    batch: UUID
    until: datetime

    @property
    def gate(self) -> str:
        return self.channel.gate_of(self.target)


def channels_drain(*, now: datetime, limit: int = 500, tick: Callable[[], datetime] | None = None) -> Drained:
    """Send what is due, at most ``limit`` deliveries or ten seconds; safe to run any number of times at once.

    ``tick`` gives the moment anew as the sending takes its time; without it all happens at ``now``.
    """
    at, sent, failed = now, 0, 0
    last: list[tuple[str, str]] = []
    with ThreadPoolExecutor(WIDTH, thread_name_prefix="channels") as pool:
        while sent + failed < limit and at - now < BEGINS_FOR:
            targets = _next(at)
            claims = [claim for claim in (_claim(*each, at) for each in targets) if claim]
            if not claims and targets == last:  # nothing is due, or others are at all of it
                return Drained(sent, failed)
            last = targets
            ready = [(claim, _prepared(claim, at)) for claim in claims]
            outcomes = list(pool.map(lambda one: _try(one[1]), ready))
            at = tick() if tick else now
            for claim, outcome in zip(claims, outcomes, strict=True):
                _settle(claim, outcome, at)
                sent, failed = _counted(sent, failed, claim, outcome)
    return Drained(sent, failed, more=True)


def _counted(sent: int, failed: int, claim: Claim, outcome: Fault | None) -> tuple[int, int]:
    count = len(claim.rows)
    return (sent + count, failed) if outcome is None else (sent, failed + count)


def _due(now: datetime) -> QuerySet[ChannelDelivery]:
    """What nobody holds and may be tried at ``now``, behind closed gates too."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    return ChannelDelivery.objects.filter(free, state=State.PENDING, next_at__lte=now)


def _next(now: datetime) -> list[tuple[str, str]]:
    """The next targets whose gates are open, at most ``WIDTH``, each with its channel."""
    closed = list(Gate.objects.filter(free_at__gt=now).values_list("name", flat=True))
    known = [channel.name for channel in channels()]
    rows = _due(now).filter(channel__in=known).exclude(target__in=closed).exclude(channel__in=closed)
    ahead = rows.order_by("-urgent", "next_at", "id").values_list("channel", "target")[:_AHEAD]
    return list(dict.fromkeys(ahead))[:WIDTH]


@transaction.atomic
def _claim(name: str, target: str, now: datetime) -> Claim | None:
    """Hold what goes out to a target in one message; None when there is nothing, or somebody else is at it.

    Rows are taken before the gate, here and when settling, so that two processes never wait in a circle.
    """
    channel = channel_of(name)
    assert channel is not None  # noqa: S101 - asked for by name
    due = _due(now).filter(channel=name, target=target).order_by("-urgent", "next_at", "id")
    _hush(channel, target, due, now)
    rows = _together(due, channel.most)
    until = now + channel.lease
    if not rows or not _gate_entered(channel, channel.gate_of(target), now, until):
        return None
    batch = rows[0].batch or uuid4()
    ChannelDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(
        claimed_until=until, batch=batch, attempts=F("attempts") + 1
    )
    return Claim(channel, target, rows, batch, until)


def _hush(channel: Channel, target: str, due: QuerySet[ChannelDelivery], now: datetime) -> None:
    """What came late into quiet hours, after a fault perhaps, waits for their end, unless it is urgent."""
    until = channel.sounds_from(target, now)
    if until > now:
        quiet = due.filter(urgent=False).select_for_update(skip_locked=True, of=("self",))
        held = list(quiet.values_list("pk", flat=True)[:1000])
        ChannelDelivery.objects.filter(pk__in=held).update(next_at=until)


def _together(due: QuerySet[ChannelDelivery], most: int) -> list[ChannelDelivery]:
    """The first that is due with what goes out in the same message, locked.

    A message that was tried before goes out as it was. What is urgent never waits with what is not.
    """
    locked = due.select_for_update(skip_locked=True, of=("self",)).select_related("notice")
    rows = list(locked[:most])
    if rows and rows[0].batch:
        return list(locked.filter(batch=rows[0].batch))
    return [row for row in rows if row.batch is None and row.urgent == rows[0].urgent]


def _gate_entered(channel: Channel, name: str, now: datetime, until: datetime) -> bool:
    """Whether something may be sent through a gate now; where only one may, everybody else is kept out."""
    Gate.objects.bulk_create([Gate(name=name, free_at=now)], ignore_conflicts=True)
    gate = Gate.objects.filter(name=name, free_at__lte=now)
    if channel.pace is None and gate.filter(failures=0).exists():
        return True
    # After a failure one message tries the way for all.
    return gate.update(free_at=until) == 1


def _prepared(claim: Claim, now: datetime) -> Send | Fault:
    try:
        parcel = Parcel(str(claim.batch), [row.notice for row in claim.rows])
        return claim.channel.prepare(claim.target, parcel, now)
    except Exception as error:
        return _noted(error)


def _try(ready: Send | Fault) -> Fault | None:
    if isinstance(ready, Fault):
        return ready
    try:
        ready()
    except Exception as error:
        return _noted(error)
    return None


def _noted(error: Exception) -> Fault:
    if isinstance(error, Fault):
        return error
    log.error("a message could not be sent", exc_info=error)
    # Its text may hold words of the notice.
    return Later("broken", type(error).__name__)


@transaction.atomic
def _settle(claim: Claim, outcome: Fault | None, now: datetime) -> None:
    """Write down what came of a message."""
    mine = ChannelDelivery.objects.filter(pk__in=[row.pk for row in claim.rows], state=State.PENDING)
    if outcome is None:
        mine.update(state=State.SENT, settled_at=now, claimed_until=None, error="")
    else:
        # The claim may have run out, and then somebody else says what came of it.
        mine.filter(claimed_until=claim.until).update(**_consequence(claim, outcome, now))
    _gate_left(claim, outcome, now)


def _consequence(claim: Claim, outcome: Fault, now: datetime) -> dict[str, Any]:
    error = covered(outcome.kept)[:500].replace("\x00", "")
    settled = {"error": error, "claimed_until": None, "settled_at": now}
    if isinstance(outcome, Moot):
        return settled | {"state": State.DROPPED}
    tries = max(row.attempts for row in claim.rows) + 1
    old = now - min(row.due_at for row in claim.rows) > timedelta(hours=settings.DELIVERY_HOURS)
    if isinstance(outcome, Never) or (old and tries >= _FEWEST_TRIES):
        return settled | {"state": State.DEAD}
    asked = outcome.wait if isinstance(outcome, Later) else None
    wait = wait_before(tries, str(claim.batch)) if asked is None else asked
    return {"error": error, "claimed_until": None, "next_at": now + wait}


def _gate_left(claim: Claim, outcome: Fault | None, now: datetime) -> None:
    """Open the gate again, after the channel's pace; or close it for a while when nothing gets through."""
    gate = Gate.objects.filter(name=claim.gate)
    if isinstance(outcome, Later) and outcome.everybody:
        # Of several that failed together the first closes it; they count as one.
        mine = gate.filter(Q(free_at__lte=now) | Q(free_at=claim.until))
        failures = min((mine.values_list("failures", flat=True).first() or 0) + 1, 1000)
        wait = outcome.wait or wait_before(failures, claim.gate)
        mine.update(failures=failures, free_at=now + wait)
    elif claim.channel.pace is not None:
        gate.filter(free_at__lte=claim.until).update(failures=0, free_at=now + claim.channel.pace)
    else:
        gate.filter(failures__gt=0).update(failures=0, free_at=now)


def deliveries_forget(*, now: datetime) -> int:
    """Drop what was sent or dropped thirty days ago and what was given up half a year ago; how many rows."""
    old = Q(state__in=[State.SENT, State.DROPPED], settled_at__lt=now - timedelta(days=30))
    older = Q(state=State.DEAD, settled_at__lt=now - timedelta(days=180))
    return ChannelDelivery.objects.filter(old | older).delete()[0]
