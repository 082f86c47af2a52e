"""Celery's doors of the core room. A task is a wake-up; what is owed stands in rows."""

from celery import shared_task

from core import clock
from core.dispatcher import Dispatcher
from core.services.idempotency import keys_forget
from core.services.outbox import outbox_drain, outbox_forget
from core.services.ratelimit import rates_forget
from core.services.runners import QUEUE, runners_forget
from core.services.timers import timers_forget


@shared_task
def drain_outbox() -> int:
    """Handle what the outbox owes now."""
    return outbox_drain(now=clock.now())


@shared_task
def forget_old_rows() -> int:
    """Drop keys, rate counts, settled events and timers past their keeping."""
    now = clock.now()
    forgetful = (keys_forget, rates_forget, outbox_forget, timers_forget, runners_forget)
    return sum(forget(now=now) for forget in forgetful)


@shared_task
def escalate_due() -> int:
    """Fire the timers that are due, beside any dispatcher or in place of all."""
    return Dispatcher(QUEUE).drain(seconds=20)
