"""``manage.py verify_history``: read every chain again and name each break."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.services.history_verify import cases_forgotten, history_breaks
from core.errors import CityError


class Command(BaseCommand):
    help = "Check the hash chain of every case, or of one. Exit code 1 when any does not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--case NUMBER`` looks at one case alone."""
        parser.add_argument("--case", default="", help="the number of one case")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each break and, at the end, how many chains were read."""
        try:
            cases, broken = self._read(options["case"])
        except CityError as refusal:
            raise CommandError(str(refusal)) from refusal
        if forgotten := cases_forgotten(number=options["case"]):
            self.stdout.write(f"{forgotten} cases had their reporter forgotten, as their history says")
        self.stdout.write(f"{cases} chains checked, {broken} breaks found")
        if broken:
            raise SystemExit(1)

    def _read(self, number: str) -> tuple[int, int]:
        cases = broken = 0
        for checked, found in history_breaks(number=number):
            cases, broken = cases + checked, broken + len(found)
            for chain in found:
                self.stdout.write(f"{chain.number} event {chain.seq}: {chain.reason}")
        return cases, broken
