"""Every row of a file is filed to its end or refused with a sentence, however often a run is killed."""

import csv
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase
from django.utils import translation

from accounts.models import User
from cases.models import Case, CaseEvent, Photo, StandingPlan
from cases.models.case import Source
from cases.replay.source import SourceRow
from cases.replay.times import moment, stands_at
from cases.services.advance import case_advance
from cases.services.replay import Outcome, Replay, case_uuid, replay_prepare, row_replay
from cases.workflow import OPEN, Action, Stage, Track
from core.errors import BadInput, Conflict
from core.models import OutboxEvent
from grids.models import Area, MapVersion
from notices.models import Notice
from tests.cast import NOW
from tests.squares import build_squares

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "tests/data/requests_sample.csv"
MAPPING = ROOT / "cases/data/sf311_mapping.json"
USABLE, REFUSED, STILL_OPEN = 50, 12, 4
SOME = 30  # rows, more than a hundred steps


def prepared(file: Path = SAMPLE) -> Replay:
    return replay_prepare(file=file, mapping=MAPPING, now=NOW)


def run(replay: Replay, most: int | None = None) -> list[Outcome]:
    return [row_replay(replay=replay, row=row) for row in replay.rows(most)]


def usable(replay: Replay, most: int | None = None) -> Iterator[SourceRow]:
    return (row for row in replay.rows(most) if not row.problem)


def case_of(replay: Replay, row: SourceRow) -> Case:
    return Case.objects.get(uuid=case_uuid(replay.mapping.name, row.source_id))


def state() -> dict[str, Any]:
    """All that two runs must agree on, by the source's own number."""
    rows = Case.objects.values_list("source_ref", "stage", "track", "version", "events_count", "closed_at")
    events = CaseEvent.objects.values_list("case__source_ref", "seq", "action", "at", "actor__username")
    return {
        "cases": sorted(rows),
        "events": sorted(events, key=lambda event: event[:2]),
        "photos": Photo.objects.filter(case__isnull=False).count(),
        "people": User.objects.count(),
        "plans": StandingPlan.objects.count(),
    }


class TestReplayedFile(TestCase):
    """What a whole run of the sample leaves behind; it runs once for all of these."""

    replay: ClassVar[Replay]
    outcomes: ClassVar[list[Outcome]]

    @classmethod
    def setUpTestData(cls) -> None:
        build_squares()
        cls.replay = prepared()
        with translation.override("en"):
            cls.outcomes = run(cls.replay)

    def test_filed_and_refused_rows_add_up_to_the_file(self) -> None:
        assert len(self.outcomes) == USABLE + REFUSED
        assert Counter(o.result for o in self.outcomes)["filed"] == USABLE == Case.objects.count()
        assert [o.number for o in self.outcomes] == list(range(1, len(self.outcomes) + 1))
        assert all(o.sentence.endswith(".") for o in self.outcomes if o.refused)

    def test_histories_and_rows_hold(self) -> None:
        said = StringIO()
        call_command("verify_history", stdout=said)
        call_command("check_invariants", stdout=said)
        assert f"{USABLE} chains checked, 0 breaks found" in said.getvalue()

    def test_what_is_closed_in_the_source_is_closed_at_that_moment(self) -> None:
        for row in usable(self.replay):
            if row.closed:
                case = case_of(self.replay, row)
                assert (case.stage, case.closed_at, case.opened_at) == (Stage.CLOSED, row.closed, row.opened)

    def test_what_is_open_in_the_source_is_open(self) -> None:
        still = [case_of(self.replay, row) for row in usable(self.replay) if row.closed is None]
        assert len(still) == STILL_OPEN == Case.objects.filter(stage__in=OPEN).count()

    def test_time_runs_forward_in_every_case(self) -> None:
        for case in Case.objects.all():
            moments = list(case.events.order_by("seq").values_list("at", flat=True))
            assert all(earlier < later for earlier, later in pairwise(moments)), case

    def test_reports_come_from_whom_the_source_names(self) -> None:
        names = {"hotline": Source.HOTLINE, "resident": Source.RESIDENT, "other_app": Source.APP}
        for row in usable(self.replay):
            case = case_of(self.replay, row)
            assert case.source == names[row.source]
            assert (case.reporter is not None) == (row.source == "hotline")
            assert case.source_ref == row.source_id

    def test_who_came_by_the_hotline_is_called_back(self) -> None:
        closed = Case.objects.filter(stage=Stage.CLOSED)
        called = closed.filter(events__action=Action.CLOSE)
        assert set(called) == set(closed.filter(source=Source.HOTLINE))
        assert called.count() >= 5

    def test_every_track_of_the_mapping_walks_its_own_path(self) -> None:
        tracks = Case.objects.filter(stage=Stage.CLOSED)
        for case in tracks.filter(track=Track.STANDARD):
            assert case.events.filter(action=Action.APPROVE).exists()
        for case in tracks.filter(track=Track.DIRECT):
            assert "standing_plan" in case.events.get(action=Action.VERIFY).data
        assert tracks.filter(track=Track.STANDARD).exists()
        assert tracks.filter(track=Track.DIRECT).exists()

    def test_nobodys_inbox_hears_of_years_ago(self) -> None:
        assert not OutboxEvent.objects.exists()
        assert not Notice.objects.exists()

    def test_people_and_photos_say_that_they_are_made_up(self) -> None:
        assert not User.objects.filter(made_up=False).exists()
        assert not any(user.has_usable_password() for user in User.objects.all())
        assert Photo.objects.exists()
        assert not Photo.objects.filter(made_up=False).exists()

    def test_a_second_run_adds_nothing(self) -> None:
        before = state()
        again = Counter(outcome.result for outcome in run(prepared()))
        assert (again["known"], again["filed"]) == (USABLE, 0)
        assert state() == before

    def test_a_request_closed_in_a_later_export_goes_on_where_it_stood(self) -> None:
        row = next(row for row in usable(self.replay) if row.closed is None)
        case = case_of(self.replay, row)
        closed = case.stage_since + timedelta(days=9)
        assert row_replay(replay=self.replay, row=replace(row, closed=closed)).result == "continued"
        case.refresh_from_db()
        assert (case.stage, case.closed_at) == (Stage.CLOSED, closed)
        assert row_replay(replay=self.replay, row=replace(row, closed=closed)).result == "known"


class KilledError(BaseException):
    """The process ends here; nothing may catch it."""


@pytest.mark.parametrize("steps", [0, 7, 111])
def test_a_run_killed_between_any_two_steps_ends_the_same(
    squares: None, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay = prepared()
    left, rows = iter(range(steps)), list(usable(replay, SOME))

    def until_killed(**step: Any) -> dict[str, Any]:
        if next(left, None) is None:
            raise KilledError
        return case_advance(**step)

    with monkeypatch.context() as patch:
        patch.setattr("cases.services.replay_life.case_advance", until_killed)
        with pytest.raises(KilledError):
            run(prepared(), SOME)
    filed = Case.objects.count()
    outcomes = Counter(outcome.result for outcome in run(prepared(), SOME))
    assert outcomes["known"] == filed
    assert outcomes["known"] + outcomes["filed"] == len(rows)
    interrupted = state()
    assert [row[0] for row in interrupted["cases"]] == sorted(row.source_id for row in rows)
    for row in rows:
        assert case_of(replay, row).closed_at == row.closed


def test_a_row_the_services_refuse_is_refused_whole(squares: None) -> None:
    replay = prepared()
    Area.objects.filter(level="grid", code__startswith="500106").update(valid_to=NOW.date())
    MapVersion.objects.update(number=10**9)
    outcomes = run(replay)
    refused = [o for o in outcomes if "retired" in o.sentence]
    assert refused
    assert all(o.result == BadInput.code for o in refused)
    assert Case.objects.count() == USABLE - len(refused)
    MapVersion.objects.update(number=10**9 + 1)


def test_a_refusal_in_the_middle_of_a_life_leaves_nothing(
    squares: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse_finish(**step: Any) -> dict[str, Any]:
        if step["action"] == Action.FINISH:
            raise Conflict("Not now.")
        return case_advance(**step)

    monkeypatch.setattr("cases.services.replay_life.case_advance", refuse_finish)
    replay = prepared()
    row = next(row for row in usable(replay) if row.closed)
    assert row_replay(replay=replay, row=row).result == Conflict.code
    assert not Case.objects.exists()


def test_a_class_the_catalogue_lacks_stops_the_run_before_it_begins(squares: None, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text(MAPPING.read_text(encoding="utf-8").replace('"06035"', '"99999"'), encoding="utf-8")
    with pytest.raises(BadInput, match="matter-99999/1"):
        replay_prepare(file=SAMPLE, mapping=mapping, now=NOW)


def test_without_districts_the_run_says_what_to_load(db: None) -> None:
    with pytest.raises(BadInput, match="Load the districts first"):
        prepared()


def command(*options: str) -> None:
    call_command("replay_requests", str(SAMPLE), "--mapping", str(MAPPING), *options)


def test_the_command_reports_every_refused_row(
    squares: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "refused.csv"
    command("--report", str(report))
    with report.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == REFUSED
    assert all(row["row"] and row["code"] and row["sentence"] for row in rows)
    told = capsys.readouterr()
    assert f"filed: {USABLE}" in told.out
    assert "closed_before_opened 1" in told.out
    assert "62 of 62" in told.err


def test_the_command_says_when_nothing_was_added(squares: None, capsys: pytest.CaptureFixture[str]) -> None:
    command("--limit", "5")
    assert "nothing was added" not in capsys.readouterr().out
    command("--limit", "5")
    assert "nothing was added" in capsys.readouterr().out


def test_the_command_refuses_with_a_sentence(db: None) -> None:
    with pytest.raises(CommandError, match="Load the districts first"):
        command()


@pytest.mark.skipif(not os.environ.get("CITYMGMT_REQUESTS_FILE"), reason="names no file of real requests")
def test_a_part_of_real_requests_is_accounted_for(squares: None) -> None:
    replay = prepared(Path(os.environ["CITYMGMT_REQUESTS_FILE"]))
    outcomes = [row_replay(replay=replay, row=row) for row in replay.rows(100)]
    assert len(outcomes) == 100
    assert Case.objects.count() == sum(not outcome.refused for outcome in outcomes) >= 75


STEPS = (
    Action.VERIFY, Action.SUBMIT_PLAN, Action.APPROVE, Action.DISPATCH, Action.SIGN_FOR, Action.FINISH,
    Action.PASS,
)  # fmt: skip


@pytest.mark.parametrize("seconds", [1, 60, 3600, 86400, 86400 * 30, 86400 * 3000])
@pytest.mark.parametrize("seed", ["a", "b", "c", "d"])
def test_moments_grow_strictly_and_end_exactly_at_the_close(seconds: int, seed: str) -> None:
    opened = datetime(2015, 3, 1, tzinfo=NOW.tzinfo)
    closed = opened + timedelta(seconds=seconds)
    moments = [opened, *(moment(step, opened, closed, seed, last=False) for step in STEPS)]
    moments.append(moment(Action.CLOSE, opened, closed, seed, last=True))
    assert all(earlier < later for earlier, later in pairwise(moments))
    assert moments[-1] == closed


def test_open_requests_stand_at_every_stage_up_to_the_check() -> None:
    drawn = Counter(stands_at(f"seed {n}") for n in range(2000))
    assert set(drawn) == OPEN - {Stage.CALL_BACK}
    assert drawn[Stage.VERIFY] > 500
