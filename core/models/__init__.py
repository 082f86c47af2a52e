"""Rows every room relies on."""

from core.models.calendar import Calendar, CalendarVersion
from core.models.rows import AuditEntry, IdempotencyKey, OutboxDelivery, OutboxEvent, RateCount, Revision
from core.models.timer import Timer, TimerRunner

__all__ = [
    "AuditEntry",
    "Calendar",
    "CalendarVersion",
    "IdempotencyKey",
    "OutboxDelivery",
    "OutboxEvent",
    "RateCount",
    "Revision",
    "Timer",
    "TimerRunner",
]
