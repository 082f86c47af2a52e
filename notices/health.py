"""Whether the channels keep up, for the health page."""

from datetime import datetime

from core.health import Finding
from notices.models import ChannelDelivery

LATE_SECONDS = 900
State = ChannelDelivery.State


def deliveries_finding(*, now: datetime) -> Finding:
    """How long the oldest message is overdue, and how many were given up. The inbox has them all."""
    waiting = ChannelDelivery.objects.filter(state=State.PENDING, due_at__lte=now)
    oldest = waiting.order_by("due_at").values_list("due_at", flat=True).first()
    late = (now - oldest).total_seconds() if oldest else 0.0
    dead = ChannelDelivery.objects.filter(state=State.DEAD).count()
    return Finding("deliveries", late < LATE_SECONDS, f"{late:.0f} s behind, {dead} given up")
