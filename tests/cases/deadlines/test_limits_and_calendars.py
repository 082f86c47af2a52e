"""Limits, ladders and calendars of a city's own, and what stands where it said nothing."""

import pytest

from accounts.models import Unit
from cases.limits import rules_now
from cases.models import Case, LadderRung, StageLimit
from cases.workflow import Stage, Track
from core.models import Calendar
from core.services.calendars import calendar_change
from core.services.revisions import revision_count_up
from tests.cases.deadlines.passing import armed, fire, handled, late, planned, sound, take, told_time
from tests.cast import BEGAN, World
from tests.walk import report


def changed() -> None:
    revision_count_up(name="limits")


def rung(level: int, **facts: object) -> None:
    """What a city says of a rung."""
    LadderRung.objects.create(level=level, **({"percent": 100, "hears": ["named"]} | facts))
    changed()


def test_a_citys_limit_counts_and_one_of_a_track_before_one_of_all(world: World) -> None:
    StageLimit.objects.create(stage="verify", amount=2, unit="工作时")
    StageLimit.objects.create(stage="verify", track="emergency", amount=10, unit="紧急工作分")
    changed()
    key = world.conditions["manhole"].case_class.key
    assert told_time(report(world).due_at) == "11-23 12:00"
    assert told_time(report(world, case_class=key, condition=1).due_at) == "11-23 10:10"


def test_a_rung_of_the_stage_and_track_counts_before_one_of_all(world: World) -> None:
    rung(1, percent=50)
    rung(1, stage="handle", percent=60)
    rung(1, track="emergency", percent=70)
    rung(1, stage="handle", track="emergency", percent=90)
    rules = rules_now()
    found = {
        (stage, track): rules.ladder_of(Stage(stage), Track(track))[0].percent
        for stage in ("verify", "handle")
        for track in ("direct", "emergency")
    }
    assert found == {
        ("verify", "direct"): 50, ("verify", "emergency"): 70, ("handle", "direct"): 60,
        ("handle", "emergency"): 90,
    }  # fmt: skip
    assert armed(report(world))[1] == "11-23 10:30"


def test_a_rung_that_was_switched_off_does_not_come_nor_does_an_armed_one_do_anything(world: World) -> None:
    case = report(world)
    rung(2, active=False)
    assert 2 not in armed(report(world))
    fire("11-23 11:30")
    # What was armed before the change comes and finds that nobody wants it.
    assert late(case) == [("stage", 1, "11-23 11:30")]


def test_a_ladder_without_its_last_rung_ends_with_the_third_and_is_no_fault(world: World) -> None:
    rung(4, active=False)
    case = report(world)
    assert set(armed(case)) == {1, 2, 3}
    fire("11-30 10:00")
    assert armed(case) == {}
    sound("11-30 10:00")


def test_a_ladder_switched_off_whole_leaves_the_lamp_and_is_no_fault(world: World) -> None:
    for level in (1, 2, 3, 4):
        rung(level, active=False)
    case = report(world)
    assert (armed(case), told_time(case.due_at)) == ({}, "11-23 11:00")
    sound("11-23 10:00")


def test_a_unit_runs_by_a_calendar_of_its_own(world: World) -> None:
    Unit.objects.filter(code="cs-clean").update(calendar=Calendar.objects.get(code="offices"))
    # Two hours and twenty minutes until the lunch break, the rest from two o'clock on.
    assert told_time(handled(world).due_at) == "11-23 15:40"


@pytest.mark.parametrize(
    ("code", "kind", "stage"), [("500115-station", "station", "plan"), ("500115001-squad", "squad", "verify")]
)
def test_so_do_a_districts_station_and_a_streets_squad(
    world: World, code: str, kind: str, stage: str
) -> None:
    codes = {"plan": "squads", "verify": "offices"}
    Unit.objects.create(
        code=code, name=code, kind=kind, line="enforcement", district_code="500115",
        calendar=Calendar.objects.get(code=codes[stage]),
    )  # fmt: skip
    rules = rules_now()
    case = planned(world) if stage == "plan" else report(world)
    assert case.clock_calendar_id == rules.calendars.by_code(codes[stage])
    assert case.clock_total == {"plan": 4 * 3600, "verify": 3600}[stage]


def test_a_squad_of_another_street_and_one_that_is_gone_count_for_nothing(world: World) -> None:
    offices = Calendar.objects.get(code="offices")
    facts = {"kind": "squad", "line": "enforcement", "district_code": "500115", "calendar": offices}
    Unit.objects.create(code="500115002-squad", name="x", **facts)
    Unit.objects.create(code="500115001-squad", name="y", active=False, **facts)
    assert report(world).clock_calendar_id == rules_now().calendars.by_code("squads")


# --- a change meets clocks that run ---------------------------------------------------------------


def to_offices_hours(code: str) -> int:
    """Have a calendar work from 12:00 to 16:00 only; the id of the new version."""
    shifts = [{"weekdays": [1, 2, 3, 4, 5], "from": "12:00", "to": "16:00"}]
    version = calendar_change(
        code=code, shifts=shifts, days=[], standard_day_minutes=240, published_until=2026, reason="冬令时",
        by=None, now=BEGAN,
    )  # fmt: skip
    return int(version.pk)


def test_a_running_clock_keeps_its_version_and_its_timers_through_any_mark(world: World) -> None:
    case = handled(world)
    before, version = armed(case), case.clock_calendar_id
    to_offices_hours("squads")
    case = take(world, case, "sign_for", "cleaner", "11-23 10:20")
    assert (armed(case), case.clock_calendar_id) == (before, version)
    assert fire("11-23 14:10") == 2 + 1, "warning and deadline at their old moments, and half the limit"
    assert [level for name, level, _at in late(case) if name == "stage"] == [1, 2]


def test_what_begins_or_goes_on_after_the_change_runs_by_the_new_version(world: World) -> None:
    case = take(world, handled(world), "request_suspension", "cleaner", "11-23 11:00")
    case = take(world, case, "decide_suspension", "bureau", "11-23 11:10")
    version = to_offices_hours("squads")
    case = take(world, case, "resume", "station", "11-24 08:00")
    assert (case.clock_calendar_id, told_time(case.due_at)) == (version, "11-24 15:00")
    case = take(world, case, "finish", "cleaner", "11-24 13:00")
    assert case.clock_calendar_id == version
    sound("11-24 13:00")


def test_days_past_the_deadline_of_a_clock_that_never_sleeps_stay_as_armed(world: World) -> None:
    case = handled(world, "manhole")
    before = armed(case)
    to_offices_hours("squads")
    case = take(world, case, "note", "station", "11-23 10:20")
    assert armed(case) == before
    fire("11-23 14:10")
    assert Case.objects.get(pk=case.pk).clock_rung == 3
