"""``manage.py digest_heads``: take the day's digest of all histories, or send one again."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.services.digest_deliver import digest_send_again
from cases.services.digest_take import heads_digest, undigested
from core import clock
from core.errors import CityError
from core.progress import Meter


class Command(BaseCommand):
    help = "Take today's digest of the heads of all histories. Does nothing when it is there already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--send-again DAY`` sends the digest of a day once more to where the settings say."""
        parser.add_argument("--send-again", type=date.fromisoformat, metavar="DAY", help="2026-11-24")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the line that was taken."""
        if day := options["send_again"]:
            self._send_again(day)
            return
        with Meter("digest", undigested(), self.stderr) as meter:
            taken = heads_digest(now=clock.now(), told=meter.advance)
        self.stdout.write(taken.line() if taken else "today's digest was taken before")

    def _send_again(self, day: date) -> None:
        try:
            digest_send_again(day=day, now=clock.now())
        except CityError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"the digest of {day} is on its way")
