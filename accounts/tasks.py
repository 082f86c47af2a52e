"""Celery's doors of the accounts room."""

from celery import shared_task

from accounts.services.leavers import users_forget_due
from core import clock


@shared_task
def forget_colleagues() -> int:
    """Pseudonymise colleagues who left long ago."""
    return users_forget_due(now=clock.now())
