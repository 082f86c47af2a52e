"""``manage.py check_invariants``: hold the rows against their history and against each other."""

from typing import Any

from django.core.management.base import BaseCommand

from cases.services.invariants import Finding, invariants_check
from core import clock


class Command(BaseCommand):
    help = "Check what must be true of every case. Exit code 1 when anything is not."

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a rule: how often it is broken, and the first places."""
        broken = 0
        for finding in invariants_check(now=clock.now()):
            broken += finding.count
            self.stdout.write(_line(finding))
        self.stdout.write(f"{broken} violations found")
        if broken:
            raise SystemExit(1)


def _line(finding: Finding) -> str:
    places = f": {', '.join(finding.examples)}" if finding.examples else ""
    return f"{finding.count:>6}  {finding.invariant.name:<10} {finding.invariant.sentence}{places}"
