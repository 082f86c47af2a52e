"""``manage.py load_districts``: the three shipped districts, with made-up grids."""

from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from grids.services.districts import districts_load


class Command(BaseCommand):
    help = "Load 长寿, 沙坪坝 and 江北 (now 两江新区) with their streets, communities and made-up grids."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what is missing; a second run changes nothing."""
        districts_load(now=clock.now(), tell=self._tell)

    def _tell(self, code: str, name: str, written: int) -> None:
        state = f"{written} areas" if written else "there already"
        self.stdout.write(f"  {code} {name}: {state}")
