"""``manage.py forget_reporters``: forget whoever reported cases that were done longer ago than is kept."""

from typing import Any

from django.core.management.base import BaseCommand

from cases.services.forget import reporters_forget_due
from core import clock


class Command(BaseCommand):
    help = "Forget the reporters of cases done more than REPORTER_KEPT_DAYS ago, all that are due."

    def handle(self, *args: Any, **options: Any) -> None:
        """Go on until nothing is due."""
        cases = forgotten = 0
        while True:
            looked_at, found = reporters_forget_due(now=clock.now())
            cases, forgotten = cases + looked_at, forgotten + found
            if not looked_at:
                break
        self.stdout.write(f"{cases} cases looked at, in {forgotten} whoever reported was forgotten")
