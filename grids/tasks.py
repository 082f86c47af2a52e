"""Celery's doors of the grids room."""

from celery import shared_task

from core import clock
from grids.services.area_jobs import area_jobs_run


@shared_task
def run_area_jobs() -> int:
    """Let what lies in changed areas follow, as far as one wake-up goes."""
    return area_jobs_run(now=clock.now())
