"""Each track walks its own path, and the history of each holds."""

import pytest

from cases.models import Case, CaseEvent
from cases.workflow import Stage, Track
from core.history import breaks
from tests.cast import World
from tests.walk import RESIDENT, case_at, fixed, go, report


def stages(case: Case) -> list[str]:
    """The stages a case went through, in order."""
    path = case.events.order_by("seq").values_list("to_stage", flat=True)
    return [s for i, s in enumerate(path) if i == 0 or path[i - 1] != s]


def history_holds(case: Case) -> bool:
    case.refresh_from_db()
    events = [e.entry(str(case.uuid)) for e in CaseEvent.objects.filter(case=case).order_by("seq")]
    return breaks(events, head=case.head_hash, count=case.events_count) == []


def test_the_standard_track_goes_through_every_desk(world: World) -> None:
    case = case_at(world, Stage.CLOSED)
    assert stages(case) == [
        "verify", "plan", "approve", "dispatch", "handle", "check", "call_back", "closed",
    ]  # fmt: skip
    assert case.track == Track.STANDARD
    assert history_holds(case)


def test_the_direct_track_runs_on_its_standing_plan(world: World) -> None:
    case = report(world, "hotline", **RESIDENT)
    case = go(world, case, ("verify", "officer"), ("sign_for", "cleaner"), ("finish", "cleaner"))
    case = go(world, case, ("pass", "worker"), ("close", "community"))
    assert stages(case) == ["verify", "handle", "check", "call_back", "closed"]
    assert case.events.get(action="verify").data["standing_plan"]["version"] == 1
    assert history_holds(case)


def test_direct_without_a_standing_plan_becomes_standard(world: World) -> None:
    case = go(world, report(world), ("verify", "officer"), condition="tree")
    assert (case.stage, case.track) == (Stage.PLAN, Track.STANDARD)


def test_an_emergency_is_handled_at_once(world: World) -> None:
    case = go(world, report(world), ("verify", "officer"), condition="manhole")
    assert (case.stage, case.track, case.lead_unit) == (
        Stage.HANDLE,
        Track.EMERGENCY,
        world.units["cs-works"],
    )


def test_a_fix_on_the_spot_is_only_checked(world: World) -> None:
    case = go(world, fixed(world), ("pass", "officer"))
    assert stages(case) == ["check", "closed"]
    assert case.track == Track.ON_THE_SPOT


def test_nobody_to_call_skips_the_call_back(world: World) -> None:
    case = go(world, report(world), ("verify", "officer"), ("finish", "cleaner"), ("pass", "colleague"))
    assert case.stage == Stage.CLOSED


@pytest.mark.parametrize("stage", [s for s in Stage if s not in ("transferred", "merged", "voided")])
def test_every_stage_of_the_main_path_can_be_reached(world: World, stage: Stage) -> None:
    assert case_at(world, stage).stage == stage


def test_a_case_keeps_the_limit_it_was_filed_under(world: World) -> None:
    case = go(world, report(world), ("verify", "officer"))
    condition = world.conditions["litter"]
    condition.limit_value, condition.limit_unit = 9, "工作日"
    condition.save()
    case.refresh_from_db()
    assert (case.limit_value, case.limit_unit) == (4, "工作时")
    assert case.events.get(action="verify").data["limit"] == [4, "工作时"]
