"""Whole histories pass; every kind of tampering is found, by the chain or by the rows."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from cases.models import Case, CaseEvent, CaseSerial, Photo, UnitPart
from cases.services.history_verify import history_breaks
from cases.services.invariants import INVARIANTS, invariants_check
from cases.workflow import Action, Stage
from core.models import OutboxDelivery
from tests.cast import NOW, World
from tests.ready import READY
from tests.walk import TO_CHECK, case_at, fixed, go, report


def broken() -> set[str]:
    """The names of the rules that do not hold."""
    return {finding.invariant.name for finding in invariants_check(now=NOW) if finding.count}


def chain_breaks(number: str = "") -> list[str]:
    """The first break of each broken case, in English."""
    with override("en"):
        return [str(case.reason) for _count, found in history_breaks(number=number) for case in found]


@pytest.fixture
def busy(world: World) -> World:
    """Cases on every path: every action of the table, a fix on the spot, rework, a return, a complaint."""
    world.kept("every path", lambda: lived(world))
    return world


def lived(world: World) -> None:
    for action, ready in READY.items():
        go(world, ready.case(world), (action, ready.who), condition="sign")
    for stage in Stage:
        if stage not in ("transferred", "merged", "voided"):
            case_at(world, stage)
    go(world, fixed(world), ("pass", "officer"))
    go(world, fixed(world), ("rework", "officer"), ("verify", "colleague"))
    go(world, case_at(world, Stage.CHECK), ("rework", "colleague"), ("finish", "cleaner"))
    go(world, case_at(world, Stage.HANDLE), ("return_dispatch", "cleaner"), ("dispatch", "station"))
    go(world, case_at(world, Stage.CALL_BACK), ("dissatisfied", "station"), ("finish", "cleaner"))
    go(world, report(world), ("claim", "colleague"), ("note", "station"))
    # Taking a task on is another step in each stage: a unit its own, a reporter a check.
    go(world, case_at(world, Stage.HANDLE), ("claim", "cleaner"))
    go(world, report(world), *TO_CHECK, ("claim", "worker"), condition="sign")
    OutboxDelivery.objects.update(state=OutboxDelivery.State.DONE)


def test_lawful_life_breaks_no_rule_and_no_chain(busy: World) -> None:
    assert Case.objects.count() >= 14
    assert broken() == set()
    assert chain_breaks() == []


def test_every_rule_has_a_name_of_its_own_and_a_sentence() -> None:
    assert len({rule.name for rule in INVARIANTS}) == len(INVARIANTS)
    assert all(str(rule.sentence).endswith((".", "。")) for rule in INVARIANTS)


def closed(world: World) -> Case:
    return case_at(world, Stage.CLOSED)


def handled(world: World) -> Case:
    return case_at(world, Stage.HANDLE)


Change = dict[str, object]


@pytest.mark.parametrize(
    ("rule", "make", "change"),
    [
        ("stage", handled, {"stage": Stage.CHECK}),
        ("count", handled, {"head_hash": "f" * 64}),
        ("count", handled, {"events_count": 3}),
        ("version", handled, {"version": 2}),
        ("counters", handled, {"reworks": 1}),
        ("counters", handled, {"returns": 2}),
        ("counters", handled, {"complaints": 1}),
        ("requests", handled, {"extension_asked": True}),
        ("suspended", handled, {"suspended_at": NOW, "suspended_until": NOW + timedelta(days=1)}),
        ("end", closed, {"closed_at": NOW}),
        ("units", closed, {"lead_unit": None}),
        ("number", closed, {"number": "5001152026112400001"}),
        ("number", closed, {"number": "500115202611230001x"}),
        ("serial", closed, {"number": "5001152026112300099"}),
        ("filed", closed, {"condition": None}),
        ("filed", closed, {"filed_at": None, "stage": Stage.CALL_BACK, "closed_at": None}),
    ],
)
def test_a_changed_case_is_found(
    world: World, rule: str, make: Callable[[World], Case], change: Change
) -> None:
    case = make(world)
    Case.objects.filter(pk=case.pk).update(**change)
    assert rule in broken()


def test_a_done_case_that_still_waits_for_somebody_is_found(world: World) -> None:
    case = closed(world)
    Case.objects.filter(pk=case.pk).update(assignee=world.people["officer"])
    assert "end" in broken()


def test_a_lead_part_of_another_unit_is_found(world: World) -> None:
    UnitPart.objects.filter(case=handled(world)).update(unit=world.units["cs-green"])
    assert "units" in broken()


def test_an_open_case_moved_away_from_its_grid_is_found(world: World) -> None:
    case = report(world)
    Case.objects.filter(pk=case.pk).update(community=world.areas["500115001002"])
    assert "place" in broken()


def test_an_open_case_in_a_retired_grid_is_found(world: World) -> None:
    grid = report(world).grid
    grid.valid_to = NOW.date()
    grid.save()
    assert "place" in broken()


def test_a_photo_of_an_event_that_is_not_there_is_found(world: World) -> None:
    Photo.objects.filter(case=closed(world)).update(event_seq=99)
    assert "photos" in broken()


def test_a_serial_that_was_turned_back_is_found(world: World) -> None:
    closed(world)
    CaseSerial.objects.update(last=0)
    assert "serial" in broken()


def test_a_delivery_given_up_or_late_is_found(world: World) -> None:
    report(world)
    assert broken() == set()
    OutboxDelivery.objects.update(state=OutboxDelivery.State.DEAD)
    assert broken() == {"outbox"}


def altered(case: Case, action: Action, **change: object) -> None:
    assert CaseEvent.objects.filter(case=case, action=action).update(**change)


def test_an_altered_event_breaks_its_chain(world: World, history_unlocked: None) -> None:
    case, other = closed(world), closed(world)
    data = case.events.get(action=Action.FINISH).data
    altered(case, Action.FINISH, data=data | {"position": None})
    assert chain_breaks() == ["Its content does not match its hash."]
    assert chain_breaks(case.number) == ["Its content does not match its hash."]
    assert chain_breaks(other.number) == []


def test_a_cut_off_tail_breaks_its_chain(world: World, history_unlocked: None) -> None:
    case = case_at(world, Stage.PLAN)
    CaseEvent.objects.filter(case=case, seq=case.events_count).delete()
    assert chain_breaks() == ["2 entries are recorded, 1 are there."]
    assert {"count", "gaps", "stage", "version"} <= broken()


def test_a_case_without_any_event_is_found(world: World, history_unlocked: None) -> None:
    case = report(world)
    CaseEvent.objects.filter(case=case).delete()
    assert chain_breaks() == ["The case has no events."]
    assert {"count", "gaps"} <= broken()


def test_an_event_taken_out_of_the_middle_is_found(world: World, history_unlocked: None) -> None:
    case = case_at(world, Stage.DISPATCH)
    CaseEvent.objects.filter(case=case, action=Action.SUBMIT_PLAN).delete()
    assert chain_breaks()
    assert {"gaps", "path"} <= broken()


@pytest.mark.parametrize(
    ("action", "who"),
    [(Action.VERIFY, "hotline"), (Action.APPROVE, "station"), (Action.PASS, "cleaner")],
)
def test_four_eyes_are_proved_again_from_the_events(
    world: World, history_unlocked: None, action: Action, who: str
) -> None:
    case = case_at(world, Stage.CALL_BACK)
    altered(case, action, actor=world.people[who])
    assert "four_eyes" in broken()


def test_a_check_by_somebody_of_the_handling_unit_is_found(world: World) -> None:
    case_at(world, Stage.CALL_BACK)
    checker = world.people["colleague"]
    checker.unit = world.units["cs-clean"]
    checker.save()
    assert broken() == {"own_unit"}


def test_a_step_the_table_does_not_know_is_found(world: World, history_unlocked: None) -> None:
    case = case_at(world, Stage.CHECK)
    altered(case, Action.FINISH, to_stage=Stage.CLOSED)
    assert {"table", "stage"} <= broken()


def test_the_commands_end_well_on_whole_rows(busy: World, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_history")
    call_command("check_invariants")
    told = capsys.readouterr().out
    assert f"{Case.objects.count()} chains checked, 0 breaks found" in told
    assert "0 violations found" in told


def test_the_commands_end_with_one_on_tampered_rows(
    world: World, history_unlocked: None, capsys: pytest.CaptureFixture[str]
) -> None:
    case = closed(world)
    OutboxDelivery.objects.update(state=OutboxDelivery.State.DONE)
    altered(case, Action.VERIFY, at=NOW)
    Case.objects.filter(pk=case.pk).update(version=1)
    with pytest.raises(SystemExit, match="1"):
        call_command("verify_history", "--case", case.number)
    with pytest.raises(SystemExit, match="1"):
        call_command("check_invariants")
    assert capsys.readouterr().out.count(case.number) == 2


def test_an_unknown_number_is_said_to_be_unknown(world: World) -> None:
    with pytest.raises(CommandError):
        call_command("verify_history", "--case", "5001152026112399999")
