"""``manage.py import_areas FILE [--apply]``: a city's own areas, from the operator's command line."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from core.errors import CityError
from grids.services.import_plan import Plan
from grids.services.imports import import_apply, import_preview
from grids.services.outlines import DATUMS


class Command(BaseCommand):
    help = "Show what a GeoJSON or CSV file of areas would change; with --apply, change it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE, the datum of its outlines, whether it is complete, and whether to write."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--datum", choices=sorted(DATUMS), default="CGCS2000")
        parser.add_argument("--complete", action="store_true", help="retire what the file leaves out")
        parser.add_argument("--apply", action="store_true", help="write the changes")

    def handle(self, *args: Any, **options: Any) -> None:
        """Preview, and apply the very same when asked to."""
        choice = {"access": None, "datum": options["datum"], "complete": options["complete"]}
        try:
            data, now = options["file"].read_bytes(), clock.now()
            preview = import_preview(data=data, now=now, **choice)
            self._tell(preview.plan)
            if options["apply"]:
                import_apply(data=data, digest=preview.digest, now=now, **choice)
                self.stdout.write("Applied.")
        except (CityError, OSError) as error:
            raise CommandError(str(error)) from error

    def _tell(self, plan: Plan) -> None:
        for change in plan.changes:
            self.stdout.write(f"{change.label}  {change.code} {change.name}: {change.sentence}")
        for remark in plan.errors:
            self.stdout.write(self.style.ERROR(f"!  {remark.line or '-'} {remark.code}: {remark.sentence}"))
        for remark in plan.warnings:
            self.stdout.write(self.style.WARNING(f"?  {remark.sentence}"))
        self.stdout.write(f"{len(plan.changes)} changes, {plan.unchanged} unchanged.")
