"""Celery's doors of the notices room. A task is a wake-up; what is owed stands in rows."""

from celery import shared_task

from core import clock
from notices.services.drain import channels_drain, deliveries_forget


@shared_task
def drain_channels() -> int:
    """Send what the channels owe now; how many deliveries went out. Calls itself while there is more."""
    drained = channels_drain(now=clock.now(), tick=clock.now)
    if drained.more:
        drain_channels.apply_async(expires=5)
    return drained.sent


@shared_task
def forget_deliveries() -> int:
    """Drop deliveries past their keeping."""
    return deliveries_forget(now=clock.now())
