"""``manage.py deliver``: do what Celery does for notices, without a broker."""

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections

from core import clock
from core.services.outbox import outbox_drain
from notices.services.drain import channels_drain

SECONDS = 1.0


class Command(BaseCommand):
    """Any number may run beside one another and beside Celery."""

    help = "Write the notices that are owed and send them, every second until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due now, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = Event()
        if options["once"]:
            self.stdout.write(f"{round_of()} sent")
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            self._round_or_wait()
            stop.wait(SECONDS)

    def _round_or_wait(self) -> None:
        """A round; while the database is away, nothing but a line about it."""
        close_old_connections()
        try:
            round_of()
        except (OperationalError, InterfaceError) as error:
            self.stderr.write(f"the database is away: {type(error).__name__}")


def round_of() -> int:
    """Everything that is due now; how many deliveries went out."""
    while outbox_drain(now=clock.now()):
        continue
    sent, more = 0, True
    while more:
        drained = channels_drain(now=clock.now(), tick=clock.now)
        sent, more = sent + drained.sent, drained.more
    return sent
