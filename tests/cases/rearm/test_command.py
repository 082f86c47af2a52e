"""The operator at the command line has every district in sight."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases.models import RearmJob
from cases.tasks import run_rearm_jobs
from core import clock
from tests.cases.rearm.helpers import HALF_A_MINUTE, SOON, rearmed
from tests.cast import FAR_AWAY, World
from tests.walk import report

WISH: dict[str, Any] = {"kind": "limits", "limits": [{"stage": "verify", "limit": [3, "工作时"]}]}


@pytest.fixture
def wish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(clock, "now", lambda: SOON)
    path = tmp_path / "wish.json"
    path.write_text(json.dumps(WISH), encoding="utf-8")
    return str(path)


def test_a_change_is_previewed_and_started_for_all_districts(
    world: World, wish: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [report(world), report(world, "stranger_officer", position=FAR_AWAY)]
    call_command("rearm_cases", wish)
    said = capsys.readouterr().out
    assert "changed: 2" in said
    assert not RearmJob.objects.exists()
    digest = said.split("digest ")[1].strip()
    call_command("rearm_cases", wish, apply=digest, reason="全市")
    assert [len(rearmed(case)) for case in cases] == [1, 1]
    monkeypatch.setattr(clock, "now", lambda: SOON + HALF_A_MINUTE)
    run_rearm_jobs()
    job = RearmJob.objects.get()
    assert (job.state, job.done, job.everywhere, job.actor) == ("done", 2, True, None)


@pytest.mark.parametrize("given", [{"apply": "0" * 64, "reason": "全市"}, {"apply": "0" * 64}])
def test_a_digest_of_something_else_or_no_reason_is_refused(
    world: World, wish: str, given: dict[str, str]
) -> None:
    with pytest.raises(CommandError):
        call_command("rearm_cases", wish, **given)
    assert not RearmJob.objects.exists()


def test_what_could_not_be_reckoned_is_told(
    world: World, wish: str, capsys: pytest.CaptureFixture[str]
) -> None:
    RearmJob.objects.create(
        kind="renewal", round_at=SOON + HALF_A_MINUTE, error="NoWorkingTime: x", created_at=SOON
    )
    with pytest.raises(CommandError, match="NoWorkingTime"):
        call_command("rearm_cases")
    assert "looks once more" in capsys.readouterr().out
