"""``manage.py hold_notices``: after restoring a backup, let people not be told again what they know."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from notices.quiet import CITY
from notices.services.hold import notices_hold


class Command(BaseCommand):
    """Counts; with ``--drop`` it drops."""

    help = "Count, or with --drop let go of, what was owed to people before a moment."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--before", default="", help="such as 2026-11-24T08:00, in city time; else now")
        parser.add_argument("--drop", action="store_true", help="drop it; without this it is only counted")
        parser.add_argument("--reason", default="a backup was restored", help="kept with every row")

    def handle(self, *args: Any, **options: Any) -> None:
        now, drop = clock.now(), options["drop"]
        before = moment_of(options["before"]) if options["before"] else now
        held = notices_hold(before=before, drop=drop, reason=options["reason"], now=now)
        done = "dropped" if drop else "would be dropped; add --drop to do it"
        self.stdout.write(f"{held.untold} untold happenings and {held.waiting} waiting messages {done}")


def moment_of(text: str) -> datetime:
    """A moment as it was typed; without a zone it is city time.

    Raises:
        CommandError: it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is no moment; write 2026-11-24T08:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=CITY)
