"""Start the plan's parts in order and keep them alive together."""

import http.client
import signal
import time
from collections.abc import Callable
from types import FrameType
from urllib.parse import urlsplit

from citymgmt.local.children import Child, stop_all
from citymgmt.local.plan import Plan

_GLANCE = 0.1  # seconds between two looks at the children
_WEB_PATIENCE = 60.0  # seconds until a web server that does not answer is given up


class PartFailedError(Exception):
    """A part ended that must not, or not so; the message names it and tells how."""


class StopAskedError(Exception):
    """Somebody pressed Ctrl-C, or the machine asks us to end."""


class Supervisor:
    """Runs one plan. Use ``run``; whatever happens in it, no child outlives it."""

    def __init__(self, plan: Plan, *, usable: Callable[[], None], ready: Callable[[], None]) -> None:
        """``usable`` is called when the first page answers, ``ready`` when everything runs."""
        self._plan = plan
        self._usable = usable
        self._ready = ready
        self._children: list[Child] = []
        self._asked_to_stop = False

    def run(self) -> None:
        """Start everything, then watch until asked to stop; PartFailedError when a part fails."""
        before = {number: signal.signal(number, self._ask_to_stop) for number in _STOPPING}
        try:
            self._start()
            while True:
                self._look()
        except StopAskedError:
            return
        finally:
            for number, handler in before.items():
                signal.signal(number, signal.SIG_IGN if handler is None else handler)
            stop_all(self._children)

    def _start(self) -> None:
        self._finish(self._spawn("preparation", self._plan.prepare))
        self._spawn("web", self._plan.web)
        self._wait_for_web()
        self._usable()
        # The made-up days run on a clock of their own; what runs on the real one waits for them.
        self._finish(self._spawn("made-up days", self._plan.fill))
        self._spawn("worker", self._plan.worker)
        self._spawn("timers", self._plan.timers)
        self._ready()

    def _spawn(self, name: str, command: list[str]) -> Child:
        child = Child(name, command, self._plan.env, self._plan.cwd)
        self._children.append(child)
        return child

    def _finish(self, child: Child) -> None:
        """Wait for a part that has an end; PartFailedError unless it ended well."""
        while child.exit_code() is None:
            self._look(besides=child)
        self._children.remove(child)
        if child.exit_code() != 0:
            raise PartFailedError(f"{child.name} ended with code {child.exit_code()}")

    def _wait_for_web(self) -> None:
        given_up_at = time.monotonic() + _WEB_PATIENCE
        while not answers(self._plan.url):
            self._look()
            if time.monotonic() > given_up_at:
                raise PartFailedError(f"web did not answer at {self._plan.url}")

    def _look(self, besides: Child | None = None) -> None:
        """One glance: stop when asked, fail when a part that must run has ended."""
        time.sleep(_GLANCE)
        if self._asked_to_stop:
            raise StopAskedError
        for child in self._children:
            if child is not besides and child.exit_code() is not None:
                raise PartFailedError(f"{child.name} ended with code {child.exit_code()}")

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._asked_to_stop = True


_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def answers(url: str) -> bool:
    """Whether a web server answers there with anything but a failure of its own."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    try:
        connection.request("GET", place.path or "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
