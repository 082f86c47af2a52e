"""``manage.py rearm_cases``: let open cases follow changes of rules, and change rules for every district."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.models import RearmJob
from cases.services import rearm
from core import clock
from core.errors import CityError


class Command(BaseCommand):
    help = "Carry on with all jobs under way; with a wish, preview a change for all districts, or start it."

    def add_arguments(self, parser: CommandParser) -> None:
        """The wish and, to start it, the digest its preview printed and a reason."""
        parser.add_argument("wish", type=Path, nargs="?", help="a JSON file in the shape of the API's limits")
        parser.add_argument("--apply", default="", metavar="DIGEST", help="the digest the preview printed")
        parser.add_argument("--reason", default="", help="why, as the audit keeps it")

    def handle(self, *args: Any, **options: Any) -> None:
        """What would change, or one line a batch; exit code 1 when a case could not be reckoned."""
        try:
            if options["wish"] and not self._started(options):
                return
        except (OSError, ValueError, CityError) as error:
            raise CommandError(str(error)) from error
        self._carry_on()

    def _started(self, options: dict[str, Any]) -> bool:
        change = rearm.change_wanted(json.loads(options["wish"].read_text(encoding="utf-8")))
        now, digest = clock.now(), options["apply"]
        preview = rearm.rearm_preview(change=change, access=None, now=now)
        self.stdout.write("\n".join(f"{name}: {count}" for name, count in preview.numbers().items()))
        if not digest:
            self.stdout.write(f"digest {preview.digest}")
            return False
        answer = rearm.operator_rearm(change=change, reason=options["reason"], digest=digest, now=now)
        self.stdout.write(f"job {answer['job']}")
        return True

    def _carry_on(self) -> None:
        while seen := rearm.rearm_jobs_run(now=clock.now()):
            self.stdout.write(f"{seen} cases looked at")
        left = list(RearmJob.objects.filter(state=RearmJob.State.RUNNING).order_by("pk"))
        for job in left:
            self.stdout.write(f"job {job.pk} ({job.kind}) looks once more at {job.round_at:%H:%M:%S} UTC")
        if failed := [job.error for job in left if job.error]:
            raise CommandError("\n".join(failed))
