"""``manage.py seed_demo``: made-up people and days, through the services."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from citymgmt.demo.seed import ADDED, KNOWN, Demo, demo_fill, demo_prepare, demo_tell
from core import clock
from core.errors import CityError
from core.progress import Meter

_CASES_FOR_90_DAYS = 400


class Command(BaseCommand):
    help = "Fill made-up days through the services. Killed and started again it goes on where it was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--days 0`` makes people and standing plans alone."""
        parser.add_argument("--days", type=int, default=90)
        parser.add_argument("--cases", type=int, help=f"how many cases; {_CASES_FOR_90_DAYS} for 90 days")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing and say how many cases were new."""
        now = clock.now()
        try:
            results = self._fill(
                demo_prepare(now=now, seed=options["seed"]), options["days"], options["cases"]
            )
        except CityError as refusal:
            raise CommandError(str(refusal)) from refusal
        demo_tell(now=now)
        for line in _summary(results):
            self.stdout.write(line)

    def _fill(self, demo: Demo, days: int, wanted: int | None) -> Counter[str]:
        cases = (wanted or days * _CASES_FOR_90_DAYS // 90) if days else 0
        results: Counter[str] = Counter()
        with Meter("demo", cases, self.stderr) as meter:
            for result in demo_fill(demo=demo, days=days, cases=cases):
                results[result] += 1
                meter.advance()
        return results


def _summary(results: Counter[str]) -> list[str]:
    added, known = results.pop(ADDED, 0), results.pop(KNOWN, 0)
    left_out = [f"{count} left out: {sentence}" for sentence, count in sorted(results.items())]
    return [f"{added} made-up cases added, {known} there already", *left_out]
