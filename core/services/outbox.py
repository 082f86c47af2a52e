"""The outbox: written with the change, handled once per (event, consumer) afterwards."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from core.bulk import values_insert
from core.logs import covered
from core.masking import redacted
from core.models import OutboxDelivery, OutboxEvent
from core.outbox import Happening, consumers_of, handler_of, tellers

log = logging.getLogger(__name__)
MOST_ATTEMPTS = 8
DONE_KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Told:
    """One event to be emitted with others."""

    topic: str
    subject: str
    payload: Mapping[str, Any]


def outbox_emit(*, topics: Sequence[str], subject: str, payload: Mapping[str, Any], now: datetime) -> None:
    """Write one event a topic and what each owes, in the caller's transaction, in two statements.

    A topic nobody listens to when it is written leaves no row.
    """
    outbox_emit_many(told=[Told(topic, subject, payload) for topic in topics], now=now)


def outbox_emit_many(*, told: Sequence[Told], now: datetime) -> None:
    """The same as ``outbox_emit`` for many events of many subjects, still in two statements a thousand."""
    heard = [one for one in told if consumers_of(one.topic)]
    events = values_insert(
        OutboxEvent,
        [
            {"topic": one.topic, "subject": one.subject, "payload": one.payload, "created_at": now}
            for one in heard
        ],
    )
    values_insert(
        OutboxDelivery,
        [
            {"event_id": event, "consumer": consumer, "due_at": now}
            for event, one in zip(events, heard, strict=True)
            for consumer in consumers_of(one.topic)
        ],
    )


def outbox_drain(*, now: datetime, limit: int = 500) -> int:
    """Handle what is due, each in a transaction of its own; returns how many were handled.

    Any number of drainers may run at once: a delivery is claimed by its row lock and marked done in
    the transaction of its effects, so it happens once whatever crashes.
    """
    due = OutboxDelivery.objects.filter(state=OutboxDelivery.State.PENDING, due_at__lte=now)
    return sum(_deliver(pk, now) for pk in due.order_by("due_at", "id").values_list("pk", flat=True)[:limit])


def _deliver(pk: int, now: datetime) -> bool:
    attempts: int | None = None
    try:
        with transaction.atomic():
            pending = OutboxDelivery.objects.filter(pk=pk, state=OutboxDelivery.State.PENDING)
            delivery = (
                pending.select_for_update(skip_locked=True, of=("self",)).select_related("event").first()
            )
            if delivery is None:
                return False
            attempts, event = delivery.attempts, delivery.event
            handler_of(delivery.consumer)(
                Happening(event.pk, event.topic, event.subject, event.payload, event.created_at), now
            )
            delivery.state = OutboxDelivery.State.DONE
            delivery.save(update_fields=["state"])
    except Exception as error:
        log.exception("outbox delivery %s failed", pk)
        if attempts is not None:
            _postpone(pk, attempts, now, error)
        return False
    return True


def _postpone(pk: int, attempts: int, now: datetime, error: Exception) -> None:
    # The lock went with the rollback: another drainer may have handled or postponed it since, and
    # then it is no longer as it was seen under the claim.
    seen = OutboxDelivery.objects.filter(pk=pk, state=OutboxDelivery.State.PENDING, attempts=attempts)
    dead = attempts + 1 >= MOST_ATTEMPTS
    seen.update(
        attempts=attempts + 1,
        error=covered(f"{type(error).__name__}: {error}")[:2000].replace("\x00", ""),
        due_at=now + timedelta(seconds=2 ** (attempts + 1)),
        state=OutboxDelivery.State.DEAD if dead else OutboxDelivery.State.PENDING,
    )


def outbox_owed(*, before: datetime) -> int:
    """How many happenings before a moment people were not told of yet."""
    return _untold(before).count()


def outbox_drop(*, before: datetime, reason: str) -> int:
    """Let people not be told of what happened before a moment; what else follows from it still happens.

    For a restored backup. Returns how many were dropped.
    """
    ids = list(_untold(before).select_for_update(of=("self",)).values_list("pk", flat=True))
    for start in range(0, len(ids), 1000):
        OutboxDelivery.objects.filter(pk__in=ids[start : start + 1000]).update(
            state=OutboxDelivery.State.DROPPED, error=reason
        )
    return len(ids)


def _untold(before: datetime) -> QuerySet[OutboxDelivery]:
    return OutboxDelivery.objects.filter(
        consumer__in=tellers(), state=OutboxDelivery.State.PENDING, event__created_at__lt=before
    )


def outbox_redact(*, subject: str, take: Callable[[str], str]) -> None:
    """Take something out of what was told of a subject, and of the errors of telling it."""
    for event in OutboxEvent.objects.filter(subject=subject):
        payload = redacted(event.payload, take)
        if payload != event.payload:
            OutboxEvent.objects.filter(pk=event.pk).update(payload=payload)
    for delivery in OutboxDelivery.objects.filter(event__subject=subject).exclude(error=""):
        OutboxDelivery.objects.filter(pk=delivery.pk).update(error=take(delivery.error))


def outbox_forget(*, now: datetime) -> int:
    """Drop events older than thirty days that owe nothing any more; returns how many rows went."""
    settled = (OutboxDelivery.State.DONE, OutboxDelivery.State.DROPPED)
    owing = OutboxDelivery.objects.exclude(state__in=settled).values("event")
    old = OutboxEvent.objects.filter(created_at__lt=now - DONE_KEPT_FOR).exclude(pk__in=owing)
    return old.delete()[0]
