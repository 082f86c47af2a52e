"""``manage.py begin_clocks``: give open cases a clock that were filed before there were any."""

from typing import Any

from django.core.management.base import BaseCommand

from cases.services.rearm import clocks_begin
from core import clock


class Command(BaseCommand):
    help = "Begin the clocks of open cases that have none. Once after the update; harmless to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through all of them, five hundred at a time."""
        total = last = 0
        while True:
            begun, last = clocks_begin(now=clock.now(), after=last)
            total += begun
            if not last:
                break
        self.stdout.write(f"{total} clocks begun")
