"""How sleeping dispatchers are woken: NOTIFY on PostgreSQL, nothing on SQLite, and a signal to end."""

import select
import socket
from typing import Any, Final

from django.db import connection

CHANNEL: Final = "citymgmt_timers"


def wake() -> None:
    """Wake all sleepers when this transaction commits; without NOTIFY they look every second anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


class Nap:
    """A sleep that ends early when something is armed for at once, or when ``end`` is called.

    ``end`` may be called by a signal handler or another thread. LISTEN needs a connection of its own to
    PostgreSQL; through a pooler nothing is heard, and every sleep takes its whole second.
    """

    def __init__(self) -> None:
        self.over = False
        self._ear, self._mouth = socket.socketpair()
        self._mouth.setblocking(False)
        self._heard_by: object = None

    def end(self, *_signal: object) -> None:
        """Sleep no more."""
        self.over = True
        try:
            self._mouth.send(b".")
        except OSError:
            return  # it is full of such calls, or closed already

    def close(self) -> None:
        """Give the sockets back."""
        self._ear.close()
        self._mouth.close()

    def listen(self) -> None:
        """Hear what is notified from now on; asked before looking for work, so that nothing falls between."""
        if connection.vendor != "postgresql":
            return
        connection.ensure_connection()
        if self._heard_by is not connection.connection:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            self._heard_by = connection.connection

    def sleep(self, seconds: float) -> None:
        """Sleep so long at most. A database error is raised when the server goes away meanwhile."""
        line: Any = connection.connection if self._heard_by is connection.connection else None
        if self.over or (line is not None and line.notifies):
            seconds = 0.0  # it came with the answer to some statement
        heard = select.select([self._ear, line] if line is not None else [self._ear], [], [], seconds)[0]
        if line is not None:
            if line in heard:
                with connection.wrap_database_errors:
                    line.poll()
            line.notifies.clear()

    def wait(self, seconds: float) -> None:
        """Sleep so long without the database, unless told to end."""
        select.select([self._ear], [], [], seconds)
