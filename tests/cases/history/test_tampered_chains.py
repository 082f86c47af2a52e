"""Whatever is done to a chain with rights on the database, verify_history says so."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from cases.history.held import Held, held_rows
from cases.models import Case, CaseEvent
from cases.services import history_verify
from cases.services.history_verify import BrokenCase, history_checked
from cases.workflow import Stage
from core.history import link
from tests.cast import NOW, World
from tests.walk import case_at, report

pytestmark = pytest.mark.usefixtures("history_unlocked")


def found(**asked: Any) -> list[BrokenCase]:
    return [case for checked in history_checked(**asked) for case in checked.broken]


def said(case: Case) -> list[tuple[int, str]]:
    """What is said of a case, in English; nothing may be said of any other."""
    with override("en"):
        broken = [(one.number, one.seq, str(one.reason)) for one in found()]
    assert {number for number, _seq, _reason in broken} <= {case.number}
    return [(seq, reason) for _number, seq, reason in broken]


@pytest.fixture
def case(world: World) -> Case:
    report(world, address="向阳路9号")
    return case_at(world, Stage.CHECK)


def test_a_tampered_payload(case: Case) -> None:
    event = case.events.get(action="submit_plan")
    CaseEvent.objects.filter(pk=event.pk).update(data=event.data | {"measures": ["什么都不做"]})
    assert said(case) == [(event.seq, "Its content does not match its hash.")]


@pytest.mark.parametrize(
    "change", [{"actor_id": None}, {"at": NOW}, {"role": "bureau"}, {"to_stage": "closed"}]
)
def test_a_tampered_column(case: Case, change: dict[str, Any]) -> None:
    case.events.filter(seq=3).update(**change)
    assert said(case) == [(3, "Its content does not match its hash.")]


def test_a_tampered_payload_hashed_anew_shows_at_the_next_event(case: Case) -> None:
    event = case.events.get(seq=2)
    event.data["text"] = "改过"
    hashed = link(event.previous_hash, event.chained(str(case.uuid)))
    CaseEvent.objects.filter(pk=event.pk).update(data=event.data, hash=hashed)
    assert said(case) == [(3, "It does not follow the entry before it.")]


def test_a_deleted_event(case: Case) -> None:
    case.events.filter(seq=2).delete()
    assert said(case) == [(2, "Entry 2 is missing; number 3 stands in its place.")]


def test_reordered_events(case: Case) -> None:
    second, third = case.events.get(seq=2), case.events.get(seq=3)
    case.events.filter(pk=second.pk).update(seq=99)
    case.events.filter(pk=third.pk).update(seq=2)
    case.events.filter(pk=second.pk).update(seq=3)
    assert said(case)[0] == (2, "It does not follow the entry before it.")


def test_a_cut_off_tail(case: Case) -> None:
    case.events.filter(seq=case.events_count).delete()
    count = case.events_count
    assert said(case) == [(count, f"{count} entries are recorded, {count - 1} are there.")]


def test_a_step_taken_between_two_reads_is_not_taken_for_tampering(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_before_the_step(cases: Sequence[Case]) -> list[Held]:
        for one in cases:
            one.events_count -= 1
        return held_rows(cases)

    monkeypatch.setattr(history_verify, "held_rows", read_before_the_step)
    assert said(case) == []


def test_only_one_case_is_looked_at_when_one_is_named(case: Case) -> None:
    other = Case.objects.exclude(pk=case.pk).get()
    case.events.filter(seq=2).delete()
    assert found(number=other.number) == []
    assert [one.number for one in found(number=case.number)] == [case.number]


def test_only_cases_with_newer_events_are_looked_at_when_a_moment_is_named(case: Case) -> None:
    case.events.filter(seq=2).delete()
    assert found(since=NOW + timedelta(days=3)) == []
    assert len(found(since=NOW)) == 1


def test_the_command_says_it_in_json_and_ends_with_one(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    case.events.filter(seq=2).delete()
    with pytest.raises(SystemExit, match="1"):
        call_command("verify_history", "--json", "--since", "2026-11-01")
    told = json.loads(capsys.readouterr().out)
    assert (told["cases"], told["breaks"]) == (2, 1)
    assert (told["findings"][0]["subject"], told["findings"][0]["event"]) == (case.number, 2)
    assert told["findings"][0]["more"] > 0


@pytest.mark.parametrize("args", [["--case", "1"], ["--against", "no-such-file"], ["--since", "gestern"]])
def test_the_command_refuses_what_it_can_not_look_at(case: Case, args: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("verify_history", *args)
