"""Child processes that die together: with their parent, and with one another.

Each child leads a process group of its own, so that Ctrl-C reaches the parent alone and everything a
child has started ends with it. On Linux the kernel also ends a child whose parent was killed outright.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> Callable[[], None] | None:
    """What a child does between fork and exec; None where the kernel has no such service."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def ask_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask_kernel


class Child:
    """A named process and everything it starts."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str], cwd: Path) -> None:
        self.name = name
        self._process = subprocess.Popen(
            command,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=_end_with_parent(),  # safe: this process has one thread
        )

    @property
    def pid(self) -> int:
        """The process id, which is also the group's."""
        return self._process.pid

    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    def tell(self, number: signal.Signals) -> None:
        """Send a signal to the whole group; a group that is gone is no error."""
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return

    def ended_within(self, seconds: float) -> bool:
        """Wait so long for the child itself; whether it has ended."""
        try:
            self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return False
        return True


def stop_all(children: Sequence[Child], *, grace: float = 10) -> None:
    """End every child: politely, then after ``grace`` seconds by force, stragglers of its group too."""
    for child in children:
        child.tell(signal.SIGTERM)
    deadline = time.monotonic() + grace
    for child in children:
        child.ended_within(max(0.0, deadline - time.monotonic()))
    for child in children:
        child.tell(signal.SIGKILL)
        child.ended_within(5)
