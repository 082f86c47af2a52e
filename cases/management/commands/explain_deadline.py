"""``manage.py explain_deadline CASE``: how the deadline of a case came about."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from cases.explain import explained
from cases.explain_text import lines_of
from cases.selectors import case_anywhere
from core import clock
from core.errors import NotFound


class Command(BaseCommand):
    help = "Print start, pauses, extensions, calendar and arithmetic of a case's deadline."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The case by number or UUID, and the language."""
        parser.add_argument("case")
        parser.add_argument("--language", choices=["zh-hans", "en"], default="zh-hans")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a fact."""
        with override(options["language"]):
            try:
                case = case_anywhere(options["case"])
            except NotFound as refusal:
                raise CommandError(str(refusal)) from refusal
            for line in lines_of(case, explained(case, clock.now())):
                self.stdout.write(line)
