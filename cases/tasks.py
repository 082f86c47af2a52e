"""Celery's doors of the cases room."""

from celery import shared_task

from cases.services.handover import absences_hand_over, orphans_reassign
from cases.services.photos import photos_forget_unused
from cases.services.resuming import suspensions_resume
from core import clock


@shared_task
def forget_unused_photos() -> int:
    """Drop photos that no step named."""
    return photos_forget_unused(now=clock.now())


@shared_task
def resume_suspended() -> int:
    """Let cases go on whose suspension has run out."""
    return suspensions_resume(now=clock.now())


@shared_task
def reassign_orphans() -> int:
    """Pass on the tasks of those who can't keep them: a posting ran out, an absence has begun."""
    now = clock.now()
    return orphans_reassign(now=now) + absences_hand_over(now=now)
