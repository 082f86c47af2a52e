"""``manage.py run_timers``: fire timers as they fall due; run two, on different machines."""

import os
import signal
import socket
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.dispatcher import CONNECTIONS, Dispatcher
from core.services.firing import BATCH
from core.waking import Nap


class Command(BaseCommand):
    help = "Fire timers as they fall due. Any number may run; ends cleanly on SIGTERM and Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        """What an operator may choose."""
        parser.add_argument("--name", default="", help="how it is called among the others: host and process")
        parser.add_argument("--batch", type=int, default=BATCH, help="the most timers in one transaction")
        parser.add_argument(
            "--connections",
            type=int,
            default=CONNECTIONS,
            help="over how many much that is due is worked off, one less for each other dispatcher",
        )
        parser.add_argument("--drain", action="store_true", help="fire what is due now, and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to end.

        Raises:
            CommandError: there is to be no connection.
        """
        if options["connections"] < 1:
            raise CommandError("--connections is 1 or more.")
        name = options["name"] or f"{socket.gethostname()[:60]}:{os.getpid()}"
        dispatcher = Dispatcher(name[:80], batch=options["batch"], connections=options["connections"])
        if options["drain"]:
            self.stdout.write(f"{dispatcher.drain(seconds=float('inf'))} timers fired")
            return
        nap = Nap()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, nap.end)
        dispatcher.run(nap)
        nap.close()
