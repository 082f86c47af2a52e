"""``manage.py change_areas``: preview or apply a change of areas that no administrator's scope covers."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.errors import CityError
from grids.services.changes import operator_apply


class Command(BaseCommand):
    help = "Preview a change of areas, such as abolishing a district, or apply exactly what was previewed."

    def add_arguments(self, parser: CommandParser) -> None:
        """The wish and, to apply it, the token its preview printed."""
        parser.add_argument("wish", type=Path, help="a JSON file in the shape of the API's area-changes")
        parser.add_argument("--apply", default="", metavar="TOKEN", help="the token the preview printed")

    def handle(self, *args: Any, **options: Any) -> None:
        """What would change; with the token, change it."""
        try:
            raw = json.loads(options["wish"].read_text(encoding="utf-8"))
            plan, job = operator_apply(raw=raw, token=options["apply"], now=clock.now())
        except (OSError, ValueError, CityError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("\n".join(str(line) for line in plan.lines()))
        if options["apply"] and job is None:
            raise CommandError("Not applied: the areas have changed since, or something stands in the way.")
        self.stdout.write(f"job {job}" if job else f"token {plan.token}")
