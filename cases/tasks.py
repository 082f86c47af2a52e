"""Celery's doors of the cases room."""

from celery import shared_task

from cases.services.digest_take import heads_digest
from cases.services.forget import reporters_forget_due
from cases.services.handover import absences_hand_over, orphans_reassign
from cases.services.photos import photo_files_drop, photos_forget_unused
from cases.services.rearm import rearm_jobs_run
from core import clock


@shared_task
def forget_unused_photos() -> int:
    """Drop photos that no step named, and the files of those taken away."""
    return photos_forget_unused(now=clock.now()) + photo_files_drop()


@shared_task
def forget_reporters() -> int:
    """Forget whoever reported cases long done."""
    return reporters_forget_due(now=clock.now())[1]


@shared_task
def digest_heads() -> bool:
    """Take today's digest of all histories, if nobody has yet; whether one was taken."""
    return heads_digest(now=clock.now()) is not None


@shared_task
def reassign_orphans() -> int:
    """Pass on the tasks of those who can't keep them: a posting ran out, an absence has begun."""
    now = clock.now()
    return orphans_reassign(now=now) + absences_hand_over(now=now)


@shared_task
def run_rearm_jobs() -> int:
    """Let open cases follow changes of limits, ladders and calendars."""
    return rearm_jobs_run(now=clock.now())
