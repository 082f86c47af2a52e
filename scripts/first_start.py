"""Start the system as a newcomer does, kill it half-way, start it again, end it: CI's proof of ``make run``.

python scripts/first_start.py [DAYS]      in a folder of its own, with DAYS made-up days (default 2)
"""

import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 180.0  # seconds for any one thing to happen


class Start:
    """One run of the one-command start, its output in a file."""

    def __init__(self, var: Path, days: str, log: Path) -> None:
        self.log = log
        env = {**os.environ, "CITYMGMT_VAR": str(var), "DAYS": days, "PORT": "18080", "PYTHONUNBUFFERED": "1"}
        with log.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "citymgmt.local"], cwd=ROOT, env=env, stdout=out, stderr=out
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Whatever went wrong here, nothing keeps running."""
        if self.process.poll() is None:
            self.end(signal.SIGTERM)

    def wait_for(self, words: str) -> None:
        """Wait until the output holds these words."""
        until = time.monotonic() + PATIENCE
        while words not in self.log.read_text():
            if self.process.poll() is not None or time.monotonic() > until:
                sys.exit(f"'{words}' never came:\n{self.log.read_text()}")
            time.sleep(0.1)

    def wait_for_dispatcher(self) -> None:
        """Wait until the process that fires timers says that it lives."""
        until = time.monotonic() + PATIENCE
        while "\ncitymgmt_timer_runners 1.0\n" not in page(self.url, "/metrics")[1]:
            if self.process.poll() is not None or time.monotonic() > until:
                sys.exit(f"No dispatcher of timers:\n{self.log.read_text()}")
            time.sleep(0.2)

    @property
    def url(self) -> str:
        """The address it printed."""
        return next(word for word in self.log.read_text().split() if word.startswith("http://"))

    def end(self, number: signal.Signals) -> int:
        """Send a signal and wait; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


def status(url: str, path: str = "/") -> int:
    """The status a page answers with; 0 when nobody answers."""
    return page(url, path)[0]


def page(url: str, path: str) -> tuple[int, str]:
    """A page's status and text; 0 and nothing when nobody answers."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


def expect_silence(url: str) -> None:
    """The web server must go with its parent."""
    until = time.monotonic() + 15
    while status(url):
        if time.monotonic() > until:
            sys.exit(f"Something still answers at {url} after its parent was ended.")
        time.sleep(0.1)


def kill_half_way(var: Path, days: str, log: Path) -> None:
    """A first start that is killed outright while it fills in the days takes everything with it."""
    with Start(var, days, log) as start:
        start.wait_for("http://")
        url = start.url
        start.end(signal.SIGKILL)
        expect_silence(url)


def go_to_the_end(var: Path, days: str, log: Path) -> None:
    """A start that is let go shows its first pages, and Ctrl-C ends it cleanly."""
    began = time.monotonic()
    with Start(var, days, log) as start:
        start.wait_for("everything runs")
        print(f"everything runs after {time.monotonic() - began:.0f} s")
        start.wait_for_dispatcher()
        for path in ("/", "/demo/"):
            if (got := status(start.url, path)) not in {200, 302}:
                sys.exit(f"{path} answers {got}:\n{log.read_text()}")
        url = start.url
        if (code := start.end(signal.SIGINT)) != 0:
            sys.exit(f"Ctrl-C ended the start with {code}:\n{log.read_text()}")
        expect_silence(url)


def main(days: str) -> None:
    """First start killed; the second goes on where it was; the third finds everything there."""
    with tempfile.TemporaryDirectory() as folder:
        var, log = Path(folder) / "var", Path(folder) / "log"
        kill_half_way(var, days, log)
        go_to_the_end(var, days, log)
        go_to_the_end(var, days, log)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "2")
