"""Messages that were given up: sent again, or dropped with a reason. Each is written to the audit log."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.errors import BadInput, NotFound
from core.services.audit import audit_write
from grids.access import Access
from notices.channels import channel_of
from notices.models import ChannelDelivery, Gate
from notices.permissions import deliveries_kept

State = ChannelDelivery.State
MOST = 500


@dataclass(frozen=True, slots=True)
class Which:
    """Some by their ids, or all of a channel that were given up."""

    ids: Collection[int] = ()
    channel: str = ""


def deliveries_retry(*, access: Access | None, which: Which, now: datetime) -> int:
    """Have given-up messages sent again, each whole and under its old key; returns how many deliveries.

    ``access`` None: the operator, at the command line.

    Raises:
        NotAllowed: not an administrator. BadInput: nothing named. NotFound: one is not there to be sent.
    """
    with transaction.atomic():
        rows = _given_up(access, which)
        again = ChannelDelivery.objects.filter(pk__in=[row.pk for row in rows])
        count = again.update(
            state=State.PENDING, settled_at=None, attempts=0, due_at=now, next_at=now, claimed_until=None
        )
        gates = {channel.gate_of(row.target) for row in rows if (channel := channel_of(row.channel))}
        Gate.objects.filter(name__in=gates, free_at__gt=now).update(free_at=now)
        _audit(access, "deliveries.retry", which, count, "", now)
    return count


def deliveries_drop(*, access: Access | None, which: Which, reason: str, now: datetime) -> int:
    """Give up on messages for good, with a reason; returns how many deliveries. Raises as the other.

    Raises:
        BadInput: no reason.
    """
    words = reason.strip()
    if not words or len(words) > 500:
        raise BadInput(_("Say why, in at most 500 characters."), field="reason")
    with transaction.atomic():
        rows = _given_up(access, which)
        gone = ChannelDelivery.objects.filter(pk__in=[row.pk for row in rows])
        count = gone.update(state=State.DROPPED, settled_at=now)
        _audit(access, "deliveries.drop", which, count, words, now)
    return count


def _given_up(access: Access | None, which: Which) -> list[ChannelDelivery]:
    """The rows asked for with those that went out in the same messages, locked.

    A receiver that knows a message's key drops what comes under it again: so it goes whole or not at all.
    """
    kept = Q() if access is None else deliveries_kept(access)
    dead = ChannelDelivery.objects.filter(kept, state=State.DEAD)
    if which.channel:
        dead = dead.filter(channel=which.channel)
    elif not which.ids or len(which.ids) > MOST:
        raise BadInput(_("Name the messages, at most five hundred, or a channel."), field="ids")
    if which.ids:
        found = dead.filter(pk__in=which.ids)
        if found.count() != len(set(which.ids)):
            raise NotFound(_("One of these messages is not there any more. Reload the page."))
        batches = [batch for batch in found.values_list("batch", flat=True) if batch]
        dead = dead.filter(Q(pk__in=which.ids) | Q(batch__in=batches))
    ids = list(dead.values_list("pk", flat=True))
    return list(
        ChannelDelivery.objects.filter(pk__in=ids, state=State.DEAD).select_for_update().order_by("pk")
    )


def _audit(access: Access | None, action: str, which: Which, count: int, reason: str, now: datetime) -> None:
    audit_write(
        actor_id=access.user_id if access else None,
        action=action,
        subject=f"channel:{which.channel}" if which.channel else "deliveries",
        after={"count": count, "ids": sorted(set(which.ids))},
        reason=reason,
        now=now,
    )
