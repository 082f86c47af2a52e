"""``manage.py run_area_jobs``: let what lies in changed areas follow, now and to the end."""

from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from grids.models import AreaJob
from grids.services.area_jobs import area_jobs_run


class Command(BaseCommand):
    help = "Carry on with all changes of areas under way. Safe to run beside the workers, and again."

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a batch; exit code 1 when a job is left, with what stopped it."""
        while seen := area_jobs_run(now=clock.now()):
            self.stdout.write(f"{seen} rows looked at")
        left = list(AreaJob.objects.filter(state=AreaJob.State.RUNNING).order_by("pk"))
        for job in left:
            self.stderr.write(
                f"job {job.pk} ({job.kind}) is not done: {job.done} of {job.total}. {job.error}"
            )
        if left:
            raise SystemExit(1)
