"""Cases that were open before there were clocks get theirs."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from cases.models import Case, CaseEvent
from cases.services.rearm import clocks_begin
from cases.workflow import Action, Stage
from core import clock
from core.models import OutboxEvent, Timer
from tests.cases.rearm.helpers import SOON, broken, rearmed, rows
from tests.cast import NOW, World
from tests.walk import case_at, go, report, step

_CLOCK = {
    "due_at": None, "yellow_at": None, "clock_since": None, "clock_spent": 0, "clock_total": 0,
    "clock_limit": 0, "clock_calendar": None, "clock_rung": 0, "clock_generation": 0, "escalation": 0,
    "overdue_at": None, "first_due_at": None, "handle_left": None,
}  # fmt: skip


def without_clocks() -> None:
    """As an installation stands that runs an older version."""
    Case.objects.update(**_CLOCK)
    Timer.objects.all().delete()


def test_a_clock_begins_when_its_stage_did_and_what_lies_in_the_past_is_recorded_in_silence(
    world: World,
) -> None:
    case, said = report(world), OutboxEvent.objects.count()
    without_clocks()
    assert clocks_begin(now=SOON + timedelta(hours=1)) == (1, case.pk)
    assert clocks_begin(now=SOON + timedelta(hours=1), after=case.pk) == (0, 0)
    case.refresh_from_db()
    assert (case.clock_since, case.due_at, case.overdue_at) == (NOW, SOON, SOON)
    assert (case.clock_rung, case.version) == (2, 2)
    events = list(CaseEvent.objects.filter(case=case, action=Action.ESCALATE).order_by("seq"))
    assert [(e.data["rule"], e.data["level"], e.data["recorded"]) for e in events][-1] == ("stage", 2, True)
    assert events[-1].at == SOON
    assert OutboxEvent.objects.count() == said
    assert broken() == set()


def test_it_can_be_started_again_and_touches_what_has_a_clock_no_more(world: World) -> None:
    case_at(world, Stage.CLOSED)
    report(world)
    without_clocks()
    kept = report(world)
    clocks_begin(now=SOON)
    before = rows()
    assert clocks_begin(now=SOON) == (0, 0)
    assert rows() == before
    assert rearmed(kept) == []
    assert broken() == set()


def test_extensions_and_rests_count_as_they_were_granted(world: World) -> None:
    case = go(
        world, case_at(world, Stage.HANDLE), ("sign_for", "cleaner"), ("request_extension", "cleaner"),
        ("decide_extension", "station"), ("request_suspension", "cleaner"), ("decide_suspension", "bureau"),
    )  # fmt: skip
    case = step(world, case, "resume", "station", reason="可以继续", now=SOON + timedelta(hours=3))
    due, first, left = case.due_at, case.first_due_at, case.clock_total
    without_clocks()
    clocks_begin(now=SOON + timedelta(hours=4))
    case.refresh_from_db()
    assert (case.due_at, case.clock_total) == (due, left)
    assert first is not None
    assert broken() == set()


def test_a_suspended_case_gets_a_clock_that_rests(world: World) -> None:
    case = go(
        world, case_at(world, Stage.PLAN), ("request_suspension", "station"), ("decide_suspension", "bureau")
    )
    spent = case.clock_spent
    without_clocks()
    clocks_begin(now=SOON)
    case.refresh_from_db()
    assert (case.clock_since, case.clock_spent, case.clock_total) == (None, spent, 4 * 3600)
    assert broken() == set()


def test_a_case_filed_before_limits_were_kept_takes_that_of_its_condition(world: World) -> None:
    case = case_at(world, Stage.HANDLE)
    without_clocks()
    Case.objects.update(limit_value=None, limit_unit="")
    clocks_begin(now=SOON)
    case.refresh_from_db()
    assert (case.limit_value, case.limit_unit) == (5, "工作日")
    assert case.due_at is not None
    assert rearmed(case)[0].data["limit"] == [5, "工作日"]


def test_one_merged_without_a_clock_begins_one_when_it_comes_back(world: World) -> None:
    other = report(world)
    case = step(world, report(world), "merge", "officer", into=other.number, reason="同一问题")
    Case.objects.filter(pk=case.pk).update(**_CLOCK)
    case = step(world, case, "unmerge", "officer", reason="并非同一问题")
    assert case.clock_since is not None
    assert broken() == set()


def test_the_command_goes_through_all_of_them(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for _n in range(3):
        report(world)
    without_clocks()
    monkeypatch.setattr(clock, "now", lambda: SOON)
    call_command("begin_clocks")
    assert "3" in capsys.readouterr().out
    assert not Case.objects.filter(clock_since=None).exists()
