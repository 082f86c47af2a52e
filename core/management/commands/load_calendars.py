"""``manage.py load_calendars``: the calendars of working time every installation begins with."""

from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from core.services.calendars import calendars_seed


class Command(BaseCommand):
    help = "Add the shipped calendars of working time that are missing; edited ones stay as they are."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and tell how many were new."""
        self.stdout.write(f"{len(calendars_seed(now=clock.now()))} calendars added")
