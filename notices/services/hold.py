"""After a restored backup: what it still owed was told long ago, and must not be told again."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core.services.audit import audit_write
from core.services.outbox import outbox_drop, outbox_owed
from notices.models import ChannelDelivery

State = ChannelDelivery.State


@dataclass(frozen=True, slots=True)
class Held:
    """How many happenings nobody was told of yet, and how many messages wait for a channel."""

    untold: int
    waiting: int


def notices_hold(*, before: datetime, drop: bool, reason: str, now: datetime) -> Held:
    """Count what was owed to people before a moment, and with ``drop`` let none of it be told.

    Run it before the workers start. Notices already in somebody's inbox stay there.
    """
    waiting = ChannelDelivery.objects.filter(state=State.PENDING, notice__created_at__lt=before)
    with transaction.atomic():
        if not drop:
            return Held(outbox_owed(before=before), waiting.count())
        untold = outbox_drop(before=before, reason=reason)
        ids = list(waiting.select_for_update(of=("self",)).values_list("pk", flat=True))
        dropped = 0
        for start in range(0, len(ids), 1000):
            some = ChannelDelivery.objects.filter(pk__in=ids[start : start + 1000])
            dropped += some.update(state=State.DROPPED, settled_at=now, claimed_until=None, error=reason)
        held = Held(untold, dropped)
        audit_write(
            actor_id=None, action="notices.hold", subject="deliveries", now=now, reason=reason,
            after={"before": before.isoformat(), "untold": held.untold, "waiting": held.waiting},
        )  # fmt: skip
    return held
