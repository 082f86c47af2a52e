"""A case file checked on a machine that has Python and one script, and nothing of the system."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cases.casefile.inner import digest_fits
from cases.models import Case
from cases.services.digest_take import heads_digest
from cases.workflow import Stage
from tests.architecture.sources import ROOT
from tests.cases.history.files import document, events_swapped, payload_altered, payload_rehashed, taken
from tests.cast import NOW, World
from tests.walk import case_at, report


@pytest.fixture
def case(world: World) -> Case:
    return case_at(world, Stage.CHECK)


def offline(tmp_path: Path, data: bytes | dict[str, Any], *more: str) -> tuple[int, str]:
    file = tmp_path / "file"
    file.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    script = str(ROOT / "scripts" / "check_case.py")
    run = subprocess.run(
        [sys.executable, "-I", script, *more, str(file)], capture_output=True, text=True, check=False
    )
    return run.returncode, run.stdout


def test_the_offline_checker_holds_what_holds(world: World, case: Case, tmp_path: Path) -> None:
    for _other in range(3):
        report(world)
    assert offline(tmp_path, taken(world, case))[0] == 0
    digest = heads_digest(now=NOW)
    assert digest is not None
    assert digest_fits(document(world, case))
    kept = tmp_path / "kept"
    kept.write_text(f"Keep this.\n{digest.line()}\n", encoding="utf-8")
    code, told = offline(tmp_path, taken(world, case, pdf=True), "--digests", str(kept))
    assert (code, "6 events hold, covered by the digest of 2026-11-23, which was kept" in told) == (0, True)
    code, told = offline(tmp_path, taken(world, case, "cleaner"))
    assert (code, "1 of them withheld" in told) == (0, True)


def _path(held: dict[str, Any]) -> None:
    held["digest"]["path"][0] = "0" * 64


OFFLINE: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "payload": (payload_altered, "event 3: its content does not match its hash"),
    "order": (events_swapped, "event 2: missing, or the order was changed"),
    "tail": (lambda held: held["events"].pop(), "event 5: events are missing at the end"),
    "rewritten": (payload_rehashed, "it is not about this history"),
    "path": (_path, "the proof does not lead to its root"),
    "row": (lambda held: held["digest"]["row"].update(cases=9), "it does not match its own numbers"),
}


def test_the_offline_checker_finds_what_does_not_hold(world: World, case: Case, tmp_path: Path) -> None:
    report(world)
    heads_digest(now=NOW)
    heard = {}
    for name, (alter, _fault) in OFFLINE.items():
        held = document(world, case)
        alter(held)
        heard[name] = offline(tmp_path, held)
    assert [
        name
        for name, (_alter, fault) in OFFLINE.items()
        if heard[name][0] != 1 or fault not in heard[name][1]
    ] == []


def test_the_offline_checker_knows_another_digest_than_the_kept_one(
    world: World, case: Case, tmp_path: Path
) -> None:
    heads_digest(now=NOW)
    kept = tmp_path / "kept"
    kept.write_text('{"day":"2026-11-23","digest":"0"}\n', encoding="utf-8")
    code, told = offline(tmp_path, taken(world, case), "--digests", str(kept))
    assert (code, "it is not the one that was kept" in told) == (1, True)


@pytest.mark.parametrize(
    "data", [b"", b"x", b"{}", b"[" * 100_000, b"%PDF-1.7", b'{"format":"citymgmt-case-file","version":1}']
)
def test_the_offline_checker_says_what_it_can_not_read(tmp_path: Path, data: bytes) -> None:
    assert offline(tmp_path, data)[0] == 2
