"""Carrying on with jobs: what lies in changed areas follows, row by row, through any crash."""

import logging
from datetime import datetime

from django.db import transaction

from grids.following import followers
from grids.models import AreaJob

log = logging.getLogger(__name__)
AT_ONCE = 200


def area_jobs_run(*, now: datetime, limit: int = 2000) -> int:
    """Move at most about so many rows of the jobs under way, oldest first; returns how many were looked at.

    Any number of processes may do this at once, and one may be killed anywhere: what was done to a row and
    the mark that it was done stand in one transaction.
    """
    seen = 0
    for job in AreaJob.objects.filter(state=AreaJob.State.RUNNING).order_by("created_at", "pk"):
        while seen < limit and (handled := _carry_on(job, now)):
            seen += handled
    return seen


def _carry_on(job: AreaJob, now: datetime) -> int:
    """One batch of one job; 0 when it is done, held by another process, or failed: the error is kept with
    the job, which is tried again at the next wake-up."""
    try:
        before = dict(job.cursors)
        found = area_job_step(job=job, now=now)
        job.refresh_from_db()
    except Exception as error:
        log.exception("area job %s failed", job.pk)
        words = f"{type(error).__name__}: {error}"[:2000].replace("\x00", "")
        AreaJob.objects.filter(pk=job.pk).update(error=words)
        return 0
    return found if job.cursors != before else 0


def area_job_step(*, job: AreaJob, now: datetime, limit: int = AT_ONCE) -> int:
    """Let each room move at most ``limit`` rows from the job's mark on; when none was found, the job is done.
    Returns how many were found."""
    found = sum(follower.follow(job, limit, now) for _name, follower in followers())
    if not found:
        _finish(job.pk, now)
    return found


def job_claimed(job_id: int) -> AreaJob | None:
    """The job, held until the transaction ends; None when another process has it or it is done."""
    rows = AreaJob.objects.filter(pk=job_id, state=AreaJob.State.RUNNING)
    # The facts can hold a district's outline, and this is asked for every row that moves.
    return rows.defer("facts", "ground").select_for_update(of=("self",), skip_locked=True).first()


def job_mark(*, job: AreaJob, room: str, at: int, moved: bool) -> None:
    """Note, in the transaction that handled it, that a room's row ``at`` was looked at."""
    job.cursors = {**job.cursors, room: at}
    job.done += moved
    job.error = ""
    job.save(update_fields=["cursors", "done", "error"])


def _finish(job_id: int, now: datetime) -> None:
    with transaction.atomic():
        job = job_claimed(job_id)
        if job is not None:
            job.state, job.finished_at, job.error = AreaJob.State.DONE, now, ""
            job.save(update_fields=["state", "finished_at", "error"])
