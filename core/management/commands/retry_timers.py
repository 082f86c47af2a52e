"""``manage.py retry_timers``: try again what was set aside, after its cause was mended."""

from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from core.models import Timer
from core.services.timers import timers_retry


class Command(BaseCommand):
    help = "List the timers that were set aside after eight failures, and arm them again."

    def handle(self, *args: Any, **options: Any) -> None:
        """One line each with its error, then how many are armed again."""
        for timer in Timer.objects.filter(state=Timer.State.ASIDE).iterator():
            self.stdout.write(f"{timer} due {timer.due_at:%Y-%m-%d %H:%M:%S}: {timer.error}")
        self.stdout.write(f"{timers_retry(now=clock.now())} timers are armed again")
