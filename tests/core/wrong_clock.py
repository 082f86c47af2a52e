"""A throw-away PostgreSQL whose clock can be set, by libfaketime; the machine's own clock stays right."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest

PORT = 5432  # names the socket; nothing listens on the network


class WrongClock:
    """The server: where it is, and its clock."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.set("+0")

    def set(self, offset: str) -> None:
        """How far it is from the right time: "+2h", "-3"."""
        unready = self.place / "clock.part"
        unready.write_text(offset)
        unready.chmod(0o644)
        unready.rename(self.place / "clock")

    def answers(self) -> bool:
        try:
            psycopg2.connect(host=str(self.place), port=PORT, user="postgres", dbname="postgres").close()
        except psycopg2.OperationalError:
            return False
        return True


def missing(what: str) -> None:
    """CI has everything; elsewhere one may do without."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing: .ci/run installs it")
    pytest.skip(f"needs {what}")


def tools() -> tuple[Path, Path]:
    """PostgreSQL's programs and the library that lies about the time."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = shutil.which("initdb")
    if found is None and not programs:
        missing("PostgreSQL's initdb")
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        missing("faketime")
    return (Path(found) if found else programs[-1]).parent, Path(str(library))


def as_somebody() -> dict[str, Any]:
    """PostgreSQL refuses to be run by root."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}


@contextmanager
def wrong_clock() -> Iterator[WrongClock]:
    """The server, started; nothing of it stays behind."""
    programs, library = tools()
    place, who = Path(tempfile.mkdtemp(prefix="citymgmt-clock-")), as_somebody()
    if who:
        os.chown(place, pwd.getpwnam("postgres").pw_uid, -1)
    place.chmod(0o755)
    server = WrongClock(place)
    process = start(place, programs, library, who)
    try:
        until = time.monotonic() + 20
        while not server.answers():
            assert process.poll() is None, "it did not start"
            assert time.monotonic() < until, "it does not answer"
            time.sleep(0.05)
        yield server
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
        shutil.rmtree(place)


def start(place: Path, programs: Path, library: Path, who: dict[str, Any]) -> "subprocess.Popen[bytes]":
    """Make an empty database there, by the right time, and run it by whatever the file ``clock`` says."""
    data = str(place / "data")
    make: list[str | Path] = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"]
    subprocess.run([*make, "-E", "UTF8", "--locale=C"], check=True, capture_output=True, cwd=place, **who)
    lying = {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(place / "clock")}
    return subprocess.Popen(
        [programs / "postgres", "-D", data, "-k", str(place), "-h", "", "-p", str(PORT), "-F"],
        env={**os.environ, **lying, "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"},
        cwd=place,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **who,
    )
