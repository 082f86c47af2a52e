"""What each step does to the clock: begun, kept, rested, gone on, extended, stopped."""

import pytest

from cases.models import Case
from cases.services.public import reporter_step
from cases.workflow import Stage
from tests.cases.deadlines.passing import HOUR, armed, at, fire, handled, planned, sound, take, told_time
from tests.cast import NEXT_COMMUNITY, NEXT_STREET, NOW, World
from tests.ready import emergency_owing
from tests.walk import RESIDENT, case_at, fixed, go, report, usual


def due(case: Case) -> str:
    return told_time(case.due_at)


def dispatched(world: World, days: int) -> Case:
    """A case with its unit, by a plan that wants it finished so many days on."""
    raw = {"finish_by": (NOW + days * 24 * HOUR).isoformat()}
    case = take(world, planned(world), "submit_plan", "station", "11-23 10:30", **raw)
    return go(world, case, ("approve", "bureau"), ("dispatch", "station"))


def in_nine_days(world: World) -> Case:
    """The same where the limit of the condition comes first."""
    return dispatched(world, 9)


def turn(case: Case) -> dict[str, object]:
    """What the last event says of the clock."""
    found: dict[str, object] = case.events.order_by("-seq")[0].data.get("clock", {})
    return found


def test_a_report_begins_the_hour_to_verify_it(world: World) -> None:
    case = report(world)
    assert (due(case), told_time(case.yellow_at)) == ("11-23 11:00", "11-23 10:48")
    assert {name: turn(case)[name] for name in ("how", "limit", "spent", "total")} == {
        "how": "start", "limit": [1, "工作时"], "spent": 0, "total": 3600,
    }  # fmt: skip
    assert turn(case)["due"] == case.due_at.isoformat()  # type: ignore[union-attr]


def test_a_report_of_danger_begins_half_an_hour_that_knows_no_night(world: World) -> None:
    key = world.conditions["manhole"].case_class.key
    case = report(world, case_class=key, condition=1)
    assert due(case) == "11-23 10:30"
    assert case.clock_calendar_id is None


def test_a_fix_reported_at_once_begins_with_its_check(world: World) -> None:
    assert due(fixed(world)) == "11-23 14:00"


def test_every_stage_begins_a_limit_of_its_own(world: World) -> None:
    found = {}
    for stage in (Stage.PLAN, Stage.APPROVE, Stage.DISPATCH, Stage.HANDLE, Stage.CHECK, Stage.CALL_BACK):
        case = case_at(world, stage)
        found[stage.value] = (case.clock_total, case.clock_limit, case.clock_spent, case.clock_since)
        assert case.clock_since == case.stage_since
    seconds = {stage: totals[1] for stage, totals in found.items()}
    assert seconds == {
        "plan": 4 * 3600, "approve": 4 * 3600, "dispatch": 1800, "handle": 5 * 840 * 60, "check": 4 * 3600,
        "call_back": 2 * 450 * 60,
    }  # fmt: skip


def test_handling_begins_with_the_verification_where_no_plan_is_waited_for(world: World) -> None:
    case = handled(world)
    assert (case.stage, due(case)) == ("handle", "11-23 14:10")
    assert case.first_due_at == case.due_at


def test_an_emergency_is_handled_through_the_night_whatever_its_condition_says(world: World) -> None:
    case = emergency_owing(world)
    begun = case.stage_since
    # 5 工作日 by the condition; declared an emergency it has five days and nights.
    assert (case.limit_unit, case.clock_calendar_id) == ("工作日", None)
    assert case.due_at == begun + 5 * 24 * HOUR
    assert turn(case)["limit"] == [5, "紧急工作日"]


@pytest.mark.parametrize(
    ("action", "who", "more"),
    [
        ("claim", "colleague", {"held_by": "officer"}),
        ("assign", "leader_of_squad", {"person": "colleague", "held_by": "officer"}),
        ("remind", "station", {}), ("note", "station", {}), ("supervise", "bureau", {}),
        ("ask_presence", "officer", {}), ("join", "worker2", {}),
    ],
)  # fmt: skip
def test_a_mark_leaves_the_clock_alone(world: World, action: str, who: str, more: dict[str, str]) -> None:
    case = report(world)
    before = (case.due_at, case.clock_generation, case.clock_since)
    case = take(world, case, action, who, "11-23 10:20", **more)
    assert (case.due_at, case.clock_generation, case.clock_since) == before
    assert turn(case) == {}
    sound("11-23 10:20")


def test_another_address_gives_nobody_another_hour(world: World) -> None:
    case = report(world)
    fire("11-23 11:05")
    case = take(world, case, "correct", "officer", "11-23 11:10", address="向阳路5号")
    assert (due(case), case.clock_rung, case.escalation) == ("11-23 11:00", 2, 1)


def test_a_correction_that_changes_the_limit_begins_the_new_one(world: World) -> None:
    case = report(world)
    raw = {"case_class": world.conditions["manhole"].case_class.key, "condition": 1}
    case = take(world, case, "correct", "officer", "11-23 10:40", **raw)
    assert (due(case), case.clock_calendar_id) == ("11-23 11:10", None)
    sound("11-23 10:40")


def test_a_move_inside_the_street_keeps_the_clock_and_into_another_begins_it_anew(world: World) -> None:
    case, other = report(world), report(world)
    near = take(world, case, "move", "officer", "11-23 10:20", position=NEXT_COMMUNITY)
    assert due(near) == "11-23 11:00"
    far = take(world, other, "move", "officer", "11-23 10:20", position=NEXT_STREET)
    assert due(far) == "11-23 11:20"
    sound("11-23 10:20")


def test_a_move_while_planned_keeps_the_stations_clock(world: World) -> None:
    case = planned(world)
    before = due(case)
    assert due(take(world, case, "move", "station", "11-23 10:40", position=NEXT_STREET)) == before


def test_what_is_sent_back_has_a_limit_of_its_own_there(world: World) -> None:
    case = take(world, planned(world), "send_back", "station", "11-23 11:30")
    assert due(case) == "11-23 12:30"


def test_of_the_plans_date_and_the_limit_the_earlier_rules(world: World) -> None:
    sooner, later = dispatched(world, 1), in_nine_days(world)
    assert (sooner.due_at, turn(sooner)["how"]) == (NOW + 24 * HOUR, "plan")
    assert (later.clock_total, turn(later)["how"]) == (5 * 840 * 60, "start")


def test_another_unit_has_the_whole_limit(world: World) -> None:
    case = in_nine_days(world)
    whole, first = case.clock_total, case.first_due_at
    case = take(world, case, "return_dispatch", "cleaner", "11-24 09:00")
    case = take(world, case, "dispatch", "station", "11-24 09:10", lead_unit="cs-green", reason="属园林")
    assert (case.clock_total, case.clock_spent, due(case)) == (whole, 0, "11-29 09:10")
    assert case.first_due_at == first, "the first deadline is kept for evaluation"


def test_rework_goes_on_with_what_was_left(world: World) -> None:
    case = take(world, handled(world), "finish", "cleaner", "11-23 12:10")
    assert case.handle_left == 2 * 3600
    case = take(world, case, "rework", "colleague", "11-23 13:00")
    assert (turn(case)["how"], due(case)) == ("resume", "11-23 15:00")


def test_rework_leaves_at_least_a_fifth_of_the_limit(world: World) -> None:
    for finished in ("11-23 14:05", "11-23 20:00"):
        case = take(world, handled(world), "finish", "cleaner", finished)
        case = take(world, case, "rework", "colleague", "11-24 09:00")
        assert due(case) == "11-24 09:48"
        sound("11-24 09:00")


def test_rework_of_rework_goes_on_with_what_that_left(world: World) -> None:
    case = take(world, handled(world), "finish", "cleaner", "11-23 12:10")
    case = take(world, case, "rework", "colleague", "11-23 13:00")
    case = take(world, case, "finish", "cleaner", "11-23 14:00")
    case = take(world, case, "rework", "colleague", "11-23 15:00")
    assert due(case) == "11-23 16:00"


def test_a_complaint_goes_on_as_rework_does_and_the_second_is_the_bureaus(world: World) -> None:
    case = go(world, report(world, "hotline", **RESIDENT), ("verify", "officer"))
    case = take(world, case, "finish", "cleaner", "11-23 12:30")
    case = take(world, case, "pass", "colleague", "11-23 12:40")
    left = case.handle_left
    assert left is not None
    case = take(world, case, "dissatisfied", "station", "11-23 15:00")
    assert (case.stage, case.clock_total) == ("handle", left)
    case = take(world, case, "finish", "cleaner", "11-23 15:10")
    case = take(world, case, "pass", "colleague", "11-23 15:20")
    case = take(world, case, "dissatisfied", "station", "11-23 15:30")
    assert (case.stage, case.clock_total, due(case)) == ("approve", 4 * 3600, "11-24 10:30")


def test_a_reporter_who_says_no_sets_the_handling_going_again(world: World) -> None:
    case = go(world, report(world, "hotline", **RESIDENT), ("verify", "officer"))
    case = take(world, case, "finish", "cleaner", "11-23 12:30")
    case = take(world, case, "pass", "colleague", "11-23 12:40")
    answer = reporter_step(
        code=case.follow_code or "", action="answer", raw={"satisfied": "no", "words": "又有了"},
        version=case.version, key="0b5e9d58-5b70-4d9f-8a53-4f6f6f7b8f00", client="10.0.0.1",
        now=at("11-23 16:00"),
    )  # fmt: skip
    assert answer["stage"] == "handle"
    case.refresh_from_db()
    assert case.clock_total == case.handle_left
    sound("11-23 16:00")


def test_a_fix_that_did_not_hold_is_verified_within_an_hour(world: World) -> None:
    case = take(world, fixed(world), "rework", "officer", "11-23 11:00")
    assert (case.stage, due(case)) == ("verify", "11-23 12:00")


def test_a_suspension_keeps_what_was_spent_and_goes_on_from_there(world: World) -> None:
    case = take(world, handled(world), "request_suspension", "cleaner", "11-23 11:00")
    assert due(case) == "11-23 14:10"
    case = take(world, case, "decide_suspension", "bureau", "11-23 11:10")
    assert (case.clock_spent, case.due_at, case.clock_since) == (3600, None, None)
    assert (turn(case)["how"], armed(case)) == ("pause", {})
    case = take(world, case, "resume", "station", "11-25 08:00")
    assert (case.clock_spent, due(case), turn(case)["how"]) == (3600, "11-25 11:00", "resume")
    sound("11-25 08:00")


def test_a_suspension_refused_leaves_the_clock_running(world: World) -> None:
    case = take(world, handled(world), "request_suspension", "cleaner", "11-23 11:00")
    case = take(world, case, "decide_suspension", "bureau", "11-23 11:10", verdict="refuse", reason="无依据")
    assert (due(case), turn(case)) == ("11-23 14:10", {})


def test_each_extension_adds_the_limit_as_it_was_first(world: World) -> None:
    case = take(world, handled(world), "request_extension", "cleaner", "11-23 11:00")
    assert due(case) == "11-23 14:10"
    case = take(world, case, "decide_extension", "station", "11-23 11:10")
    assert (due(case), turn(case)["how"]) == ("11-23 18:10", "extend")
    case = take(world, case, "request_extension", "cleaner", "11-23 11:20")
    case = take(world, case, "decide_extension", "bureau", "11-23 11:30")
    assert (due(case), case.clock_limit) == ("11-24 08:10", 4 * 3600)
    sound("11-23 11:30")


def test_an_extension_refused_adds_nothing(world: World) -> None:
    case = take(world, handled(world), "request_extension", "cleaner", "11-23 11:00")
    case = take(
        world, case, "decide_extension", "station", "11-23 11:10", verdict="refuse", reason="尚有余时"
    )
    assert (due(case), turn(case)) == ("11-23 14:10", {})


def test_merging_rests_the_clock_and_unmerging_lets_it_go_on(world: World) -> None:
    case = take(world, report(world), "merge", "officer", "11-23 10:15")
    assert (case.stage, case.clock_spent, case.due_at) == ("merged", 900, None)
    assert armed(case) == {}
    sound("11-23 10:15")
    case = take(world, case, "unmerge", "officer", "11-23 12:00")
    assert (case.stage, due(case)) == ("verify", "11-23 12:45")
    sound("11-23 12:00")


@pytest.mark.parametrize(
    ("action", "who"),
    [("reject", "officer"), ("transfer", "station"), ("void", "bureau"), ("close_forced", "bureau")],
)
def test_an_end_stops_the_clock(world: World, action: str, who: str) -> None:
    case = take(world, report(world), action, who, "11-23 10:20")
    assert (case.due_at, case.clock_total, turn(case)) == (None, 0, {"how": "stop"})
    sound("11-23 10:20")


def test_a_call_back_that_ends_well_stops_the_clock(world: World) -> None:
    case = case_at(world, Stage.CLOSED)
    assert (case.due_at, case.clock_since, case.clock_total, case.escalation) == (None, None, 0, 0)
    assert case.first_due_at is not None


def test_an_objection_refused_begins_nothing_and_one_upheld_an_hour(world: World) -> None:
    for verdict, wanted in (("refuse", ""), ("grant", "11-23 12:30")):
        case = take(world, report(world, "hotline"), "reject", "officer", "11-23 10:20")
        case = take(world, case, "object", "hotline", "11-23 11:00")
        case = take(world, case, "decide_objection", "station", "11-23 11:30", verdict=verdict)
        assert due(case) == wanted


def test_a_reopened_case_begins_anew_and_so_do_its_extensions(world: World) -> None:
    case = take(world, handled(world), "request_extension", "cleaner", "11-23 11:00")
    case = take(world, case, "decide_extension", "station", "11-23 11:10")
    case = take(world, case, "finish", "cleaner", "11-23 12:00")
    case = take(world, case, "pass", "colleague", "11-23 12:10")
    assert case.stage == "closed"
    case = take(world, case, "reopen", "station", "11-25 10:00")
    assert due(case) == "11-25 11:00"
    case = take(world, case, "verify", "officer", "11-25 10:30", **usual(world, "verify", "officer"))
    assert (due(case), case.extensions) == ("11-25 14:30", 0)
    assert told_time(case.first_due_at) == "11-23 14:10"
    sound("11-25 10:30")
