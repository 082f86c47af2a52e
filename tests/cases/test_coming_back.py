"""A case that comes back keeps its memory: who worked on it, when it was filed, what was approved."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Unit
from accounts.roles import Role
from cases.barred import barred_from_checking
from cases.models import UnitPart
from cases.selectors import parts_of
from cases.workflow import Stage, Track
from core.errors import BadInput, Conflict, NotAllowed
from grids.access import grants_recompute
from grids.models import Posting
from tests.cast import BEGAN, NOW, World
from tests.walk import case_at, go, report, step, usual


def become_officer(world: World, who: str) -> None:
    """Move somebody from their unit to the street's squad."""
    person = world.people[who]
    Posting.objects.filter(user=person).delete()
    Posting.objects.create(user=person, role=Role.OFFICER, area=world.areas["500115001"], starts_at=BEGAN)
    person.unit = None
    person.save(update_fields=["unit"])
    grants_recompute(person)


def test_whoever_once_finished_never_checks_the_case(world: World) -> None:
    case = go(world, case_at(world, Stage.CHECK), ("rework", "colleague"), ("finish", "clean_head"))
    become_officer(world, "cleaner")
    with pytest.raises(NotAllowed):
        go(world, case, ("pass", "cleaner"))
    assert world.people["cleaner"].pk in barred_from_checking(case, parts_of(case), NOW)


def test_whoever_handed_in_a_part_does_not_check_either(world: World) -> None:
    case = go(world, case_at(world, Stage.DISPATCH))
    raw: dict[str, Any] = {"assisting_units": ["cs-green"], "reason": "需要园林配合"}
    case = step(world, case, "dispatch", "station", **raw)
    case = go(world, case, ("hand_in", "gardener"), ("finish", "cleaner"))
    become_officer(world, "gardener")
    with pytest.raises(NotAllowed):
        go(world, case, ("pass", "gardener"))


def test_nobody_of_the_handling_house_is_named_to_check(world: World) -> None:
    section = Unit.objects.create(
        code="cs-clean-1", name="环卫一班", line="sanitation", district_code="500115",
        parent=world.units["cs-clean"],
    )  # fmt: skip
    officer = world.people["officer"]
    officer.unit = section
    officer.save(update_fields=["unit"])
    case = case_at(world, Stage.CHECK)
    assert case.assignee_id not in (None, officer.pk)


def test_failed_calls_count_for_one_round(world: World) -> None:
    case = case_at(world, Stage.CALL_BACK)
    for _call in range(3):
        case = step(world, case, "note", "station", text="无人接听", failed_call=True)
    case = go(world, case, ("dissatisfied", "station"), ("finish", "cleaner"), ("pass", "colleague"))
    assert case.failed_calls == 0
    with pytest.raises(BadInput):
        step(world, case, "close", "station")


def test_a_case_verified_again_keeps_its_first_filing(world: World) -> None:
    case = case_at(world, Stage.PLAN)
    first = case.filed_at
    case = go(world, case, ("send_back", "station"), ("verify", "officer"), condition="sign")
    assert case.filed_at == first


def test_rejecting_after_handling_takes_the_parts_away(world: World) -> None:
    case = case_at(world, Stage.CALL_BACK)
    path = (("dissatisfied", "station"), ("finish", "cleaner"), ("pass", "colleague"))
    case = go(world, case, *path, ("dissatisfied", "station"), ("return_plan", "bureau"))
    case = go(world, case, ("send_back", "station"), ("reject", "officer"))
    assert case.lead_unit is None
    assert not UnitPart.objects.filter(case=case, active=True).exists()


def test_a_plan_past_its_finish_date_is_not_approved(world: World) -> None:
    case = case_at(world, Stage.APPROVE)
    with pytest.raises(Conflict):
        step(world, case, "approve", "bureau", now=case.stage_since + timedelta(days=30))


def test_an_emergency_given_to_another_unit_cites_no_standing_plan(world: World) -> None:
    raw = usual(world, "verify", "officer", "manhole") | {"lead_unit": "cs-clean"}
    case = step(world, report(world), "verify", "officer", **raw)
    assert "standing_plan" not in case.events.get(action="verify").data
    assert case.parts.get().standing_plan is None


@pytest.mark.parametrize("stage", [Stage.PLAN, Stage.APPROVE, Stage.DISPATCH])
def test_a_correction_on_the_way_never_jumps_the_track(world: World, stage: Stage) -> None:
    case = case_at(world, stage)
    litter, manhole = (world.conditions[key].case_class.key for key in ("litter", "manhole"))
    direct: dict[str, Any] = {"case_class": litter, "condition": 1, "reason": "类别不符"}
    case = step(world, case, "correct", "station", **direct)
    assert (case.stage, case.track) == (stage, Track.STANDARD)
    emergency = direct | {"case_class": manhole}
    with pytest.raises(BadInput) as refused:
        step(world, case, "correct", "station", **emergency)
    assert refused.value.field == "condition"
