"""Where the local start listens, and the lock that keeps a second one from using the same data."""

import fcntl
import socket
from pathlib import Path
from types import TracebackType
from typing import IO, Self


class NoFreePortError(Exception):
    """Nothing in the range is free."""


class AlreadyRunningError(Exception):
    """Another start uses this data; its message is the address it answers on, or ""."""


def free_port(host: str, preferred: int, *, tries: int = 100) -> int:
    """The first free TCP port from ``preferred`` upwards; NoFreePortError after ``tries``."""
    for port in range(preferred, preferred + tries):
        if _is_free(host, port):
            return port
    raise NoFreePortError(f"{preferred}-{preferred + tries - 1}")


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


class Lock:
    """Held as long as the process lives, however it ends; its file tells the address."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise AlreadyRunningError(self._path.read_text().strip()) from None
        self.write("")
        return self

    def write(self, address: str) -> None:
        """Tell whoever comes second where the first one answers."""
        assert self._file is not None, "the lock is written to only while it is held"  # noqa: S101
        self._file.truncate(0)
        self._file.write(address)
        self._file.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self.write("")
            self._file.close()
