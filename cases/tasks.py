"""Celery's doors of the cases room."""

from celery import shared_task

from cases.services.photos import photos_forget_unused
from core import clock


@shared_task
def forget_unused_photos() -> int:
    """Drop photos that no step named."""
    return photos_forget_unused(now=clock.now())
