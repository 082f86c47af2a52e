"""The one-command start, with tiny children in place of the real ones."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from citymgmt.local.places import AlreadyRunningError, Lock, NoFreePortError, free_port
from citymgmt.local.plan import ROOT, Plan, make_plan
from citymgmt.local.supervisor import PartFailedError, Supervisor, answers

QUICK = [sys.executable, "-c", "pass"]
FAILS = [sys.executable, "-c", "raise SystemExit(3)"]
# Writes its own pid and that of a grandchild, then waits for ever.
STAYS = """
import subprocess, sys, pathlib, os, time
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path(sys.argv[1]).write_text(f"{os.getpid()} {grandchild.pid}")
time.sleep(600)
"""
# The web server of the plan, but for one second.
SOON_GONE = """
import os, runpy, sys, threading
threading.Timer(1, os._exit, (5,)).start()
sys.argv = sys.argv[1:]
sys.argv[0] = "http.server"
runpy.run_module("http.server", run_name="__main__")
"""
# Runs a plan in a process of its own, so that it can be killed.
SUPERVISE = """
import json, sys, pathlib
from citymgmt.local.plan import Plan
from citymgmt.local.supervisor import Supervisor
plan = Plan(**json.loads(sys.argv[1]))
Supervisor(plan, usable=lambda: None, ready=pathlib.Path(sys.argv[2]).touch).run()
"""


def stays(note: Path, program: str = STAYS) -> list[str]:
    return [sys.executable, "-c", program, str(note)]


def wait_for(met: Callable[[], bool], within: float = 20) -> None:
    until = time.monotonic() + within
    while not met():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.02)


def pids_in(note: Path) -> list[int]:
    wait_for(lambda: note.exists() and note.read_text().count(" ") == 1)
    return [int(pid) for pid in note.read_text().split()]


def is_alive(pid: int) -> bool:
    """A zombie that nobody has buried yet is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def wait_until_gone(*pids: int, within: float = 15) -> None:
    wait_for(lambda: not any(is_alive(pid) for pid in pids), within)


@pytest.fixture
def port():
    """One that was free a moment ago, from the range the kernel deals out itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def plan(tmp_path, port):
    """Everything quick, a real little web server, a worker and a dispatcher that stay."""
    web = [
        sys.executable,
        "-m",
        "http.server",
        "--bind",
        "127.0.0.1",
        "--directory",
        str(tmp_path),
        str(port),
    ]
    return Plan(
        url=f"http://127.0.0.1:{port}/",
        prepare=QUICK,
        web=web,
        fill=QUICK,
        worker=stays(tmp_path / "worker"),
        timers=stays(tmp_path / "timers"),
        env=dict(os.environ),
        cwd=ROOT,
    )


def changed(plan: Plan, **parts: list[str]) -> Plan:
    return Plan(**{**{name: getattr(plan, name) for name in Plan.__slots__}, **parts})


def run_until_ready(plan: Plan) -> list[str]:
    """Run a plan and, once everything runs, ask it to stop as Ctrl-C does."""
    said: list[str] = []
    ctrl_c = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))

    def ready() -> None:
        said.append("ready")
        ctrl_c.start()

    try:
        Supervisor(plan, usable=lambda: said.append("usable"), ready=ready).run()
    finally:
        ctrl_c.cancel()  # it is for the supervisor, not for pytest
    return said


def test_the_page_is_usable_before_everything_is_ready(plan):
    assert run_until_ready(plan) == ["usable", "ready"]


def test_ctrl_c_ends_every_child_and_grandchild(plan, tmp_path):
    run_until_ready(plan)
    wait_until_gone(*pids_in(tmp_path / "worker"), within=2)
    assert not answers(plan.url)


def test_a_failed_preparation_starts_nothing_else(plan, tmp_path):
    with pytest.raises(PartFailedError, match="preparation ended with code 3"):
        run_until_ready(changed(plan, prepare=FAILS, web=stays(tmp_path / "web")))
    assert not (tmp_path / "web").exists()


@pytest.mark.parametrize("part", ["worker", "timers"])
def test_when_one_part_dies_the_others_end_too(plan, part):
    dies_soon = [sys.executable, "-c", "import time; time.sleep(1); raise SystemExit(9)"]
    with pytest.raises(PartFailedError, match=f"{part} ended with code 9"):
        Supervisor(changed(plan, **{part: dies_soon}), usable=lambda: None, ready=lambda: None).run()
    assert not answers(plan.url)


def test_what_a_dead_part_leaves_behind_is_ended_too(plan, tmp_path):
    note = tmp_path / "worker"
    dies = STAYS.replace("time.sleep(600)\n", "os._exit(4)\n")
    with pytest.raises(PartFailedError, match="worker ended with code 4"):
        Supervisor(changed(plan, worker=stays(note, dies)), usable=lambda: None, ready=lambda: None).run()
    wait_until_gone(*pids_in(note), within=2)


def test_web_that_dies_while_the_days_are_filled_stops_the_start(plan, tmp_path):
    web = [sys.executable, "-c", SOON_GONE, *plan.web[2:]]
    with pytest.raises(PartFailedError, match="web ended with code 5"):
        run_until_ready(changed(plan, web=web, fill=stays(tmp_path / "fill")))
    wait_until_gone(*pids_in(tmp_path / "fill"))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's service is Linux's")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_no_child_outlives_a_parent_that_is_killed(plan, tmp_path, number):
    given = json.dumps({name: getattr(plan, name) for name in Plan.__slots__ if name not in {"cwd"}})
    parent = subprocess.Popen([sys.executable, "-c", SUPERVISE, given, str(tmp_path / "ready")], cwd=ROOT)
    wait_for((tmp_path / "ready").exists)
    child, grandchild = pids_in(tmp_path / "worker")
    parent.send_signal(number)
    parent.wait(timeout=15)
    wait_until_gone(child)
    if number != signal.SIGKILL:
        wait_until_gone(grandchild)
    else:
        os.kill(grandchild, signal.SIGKILL)  # the kernel reaches children only; real ones end their own
    wait_for(lambda: not answers(plan.url))


def test_a_free_port_is_taken_and_a_busy_one_passed_over(port):
    with socket.socket() as busy:
        busy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        busy.bind(("127.0.0.1", port))
        busy.listen()
        assert free_port("127.0.0.1", port) > port
        with pytest.raises(NoFreePortError):
            free_port("127.0.0.1", port, tries=1)


def test_a_second_start_is_told_where_the_first_one_answers(tmp_path):
    path = tmp_path / "var" / "lock"
    with Lock(path) as lock:
        lock.write("http://127.0.0.1:8000/")
        with pytest.raises(AlreadyRunningError, match=r"http://127\.0\.0\.1:8000/"):
            Lock(path).__enter__()
    with Lock(path):
        assert path.read_text() == ""


def test_the_plan_marks_its_children_as_a_demonstration():
    plan = make_plan(host="127.0.0.1", port=8123, days=7)
    assert plan.url == "http://127.0.0.1:8123/"
    assert plan.env["CITYMGMT_DEMO"] == "1"
    assert plan.fill[-1] == "seed_demo --days 7"
