"""What runs beside the ladder: the pool, a checker, signing, an owed plan, replies, presence."""

from datetime import timedelta

import pytest

from cases.models import Case
from tests.cases.deadlines.passing import (
    armed,
    at,
    fire,
    forget_told,
    handled,
    hears_from,
    late,
    login,
    rungs_said,
    sound,
    take,
    timers,
    told,
)
from tests.cast import NOW, World
from tests.ready import emergency_owing
from tests.walk import fixed, go, report, step, usual


def beside(case: Case) -> list[tuple[str, int, str]]:
    return [found for found in late(case) if found[0] != "stage"]


def nobody_checks(world: World) -> Case:
    """A check for which nobody is there: whoever could was put out of the way."""
    case = fixed(world)
    return take(world, case, "release", "leader_of_squad", "11-23 10:01")


# --- the pool -------------------------------------------------------------------------------------


def test_what_nobody_has_at_half_the_limit_is_told_to_the_leader(world: World) -> None:
    case = take(world, report(world), "release", "leader_of_squad", "11-23 10:05")
    forget_told()
    assert armed(case, "pool") == {1: "11-23 10:30"}
    fire("11-23 10:30")
    assert beside(case) == [("pool", 1, "11-23 10:30")]
    assert told("11-23 10:30") == {"leader_of_squad": ["pool_late"]}


def test_what_its_named_person_does_not_take_up_goes_to_the_pool_at_half_the_limit(world: World) -> None:
    case = report(world)
    forget_told()
    assert login(case) == "officer"
    fire("11-23 10:29")
    assert login(case) == "officer"
    fire("11-23 10:30")
    assert login(case) == ""
    last = case.events.order_by("-seq")[0]
    assert (last.action, last.actor, last.data["cause"]) == ("reassign", None, "unattended")
    assert told("11-23 10:30") == {"officer": ["taken"], "leader_of_squad": ["pool"]}
    sound("11-23 10:30")


@pytest.mark.parametrize(
    ("action", "who", "more"),
    [
        ("claim", "officer", {}),
        ("assign", "leader_of_squad", {"person": "colleague", "held_by": "officer"}),
        ("ask_presence", "officer", {}),
    ],
)
def test_what_is_claimed_given_or_worked_on_stays_where_it_is(
    world: World, action: str, who: str, more: dict[str, str]
) -> None:
    case = take(world, report(world), action, who, "11-23 10:10", **more)
    holder = login(case)
    assert holder
    fire("11-23 10:40")
    assert (login(case), beside(case)) == (holder, [])
    sound("11-23 10:40")


def test_what_others_do_takes_nothing_up(world: World) -> None:
    case = take(world, report(world), "remind", "station", "11-23 10:10")
    fire("11-23 10:40")
    assert login(case) == ""


def test_a_unit_that_signed_keeps_its_task(world: World) -> None:
    case = handled(world)
    assert login(case) == "cleaner"
    other = handled(world)
    take(world, case, "sign_for", "clean_head", "11-23 10:20")
    fire("11-23 12:10")
    assert (login(case), login(other)) == ("cleaner", "")


def test_after_rework_half_of_what_is_left_counts(world: World) -> None:
    case = take(world, handled(world), "finish", "cleaner", "11-23 14:05")
    case = take(world, case, "rework", "colleague", "11-24 09:00")
    assert (armed(case)[2], armed(case, "pool")) == ("11-24 09:48", {1: "11-24 09:24"})


def test_what_came_before_a_rest_does_not_come_again_after_it(world: World) -> None:
    case = take(world, handled(world), "sign_for", "cleaner", "11-23 10:20")
    case = take(world, case, "request_suspension", "cleaner", "11-23 12:15")
    fire("11-23 12:30")
    case = take(world, case, "decide_suspension", "bureau", "11-23 12:40")
    case = take(world, case, "resume", "station", "11-24 09:00")
    assert (armed(case, "pool"), armed(case, "sign_for")) == ({}, {})
    sound("11-24 09:00")


# --- the check ------------------------------------------------------------------------------------


def test_a_check_nobody_has_for_an_hour_is_the_stations_to_name_somebody_for(world: World) -> None:
    case = nobody_checks(world)
    forget_told()
    assert armed(case, "checker") == {1: "11-23 11:00"}
    fire("11-23 11:00")
    assert told("11-23 11:00") == {"station": ["checker_needed"], "station2": ["checker_needed"]}


def test_a_check_somebody_takes_on_within_the_hour_needs_nobody_named(world: World) -> None:
    case = take(world, nobody_checks(world), "claim", "officer", "11-23 10:30")
    assert armed(case, "checker") == {}
    fire("11-23 12:30")
    assert beside(case) == []


# --- signing --------------------------------------------------------------------------------------


def test_a_unit_that_has_not_signed_within_an_hour_is_told_of_to_its_head_and_the_station(
    world: World,
) -> None:
    case = handled(world)
    forget_told()
    fire("11-23 11:10")
    assert beside(case) == [("sign_for", 1, "11-23 11:10")]
    assert rungs_said(case)[0]["due"] == at("11-23 11:10").isoformat()
    heard = told("11-23 11:10")
    assert set(heard) == {"clean_head", "station", "station2"}


def test_a_unit_that_signs_in_time_is_not(world: World) -> None:
    case = take(world, handled(world), "sign_for", "cleaner", "11-23 11:09")
    assert (armed(case, "sign_for"), timers(case)["sign_for"]) == ({}, {"superseded"})
    case = take(world, case, "finish", "cleaner", "11-23 12:00")
    case = take(world, case, "rework", "colleague", "11-23 13:00")
    assert armed(case, "sign_for") == {}, "it has signed for the case once and for all"


def test_in_an_emergency_it_signs_within_a_quarter_of_an_hour_day_and_night(world: World) -> None:
    case = report(world)
    raw = usual(world, "verify", "officer", "manhole", case)
    case = step(world, case, "verify", "officer", now=at("11-23 23:00"), **raw)
    assert (armed(case, "sign_for"), armed(case)[2]) == ({1: "11-23 23:15"}, "11-24 01:00")


def test_a_limit_that_never_sleeps_makes_nobody_sign_at_night(world: World) -> None:
    """A condition on the direct track may have a limit in continuous hours; signing has working time."""
    type(world.conditions["litter"]).objects.filter(pk=world.conditions["litter"].pk).update(
        limit_unit="紧急工作时"
    )
    case = report(world)
    raw = usual(world, "verify", "officer", "litter", case)
    case = step(world, case, "verify", "officer", now=at("11-23 20:30"), **raw)
    assert (armed(case)[2], armed(case, "sign_for")) == ("11-24 00:30", {1: "11-24 07:30"})


# --- a plan that is owed --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("handed", "by"),
    [("11-24 10:00", "11-25 18:00"), ("11-27 23:30", "11-30 18:00"), ("11-28 09:00", "11-30 18:00"),
     ("09-30 10:00", "10-08 18:00")],
)  # fmt: skip
def test_an_owed_plan_is_due_by_the_end_of_the_next_working_day(world: World, handed: str, by: str) -> None:
    case = report(world)
    Case.objects.filter(pk=case.pk).update(stage_since=at("09-30 09:00"), opened_at=at("09-30 09:00"))
    raw = usual(world, "verify", "officer", "sign", case) | {"track": "emergency", "lead_unit": "cs-clean"}
    case = step(world, case, "verify", "officer", now=at(handed), **raw)
    assert armed(case, "plan_owed") == {1: by}


def test_a_plan_not_settled_by_then_is_told_of_once_and_one_that_is_ends_its_timer(world: World) -> None:
    case, other = emergency_owing(world), emergency_owing(world)
    forget_told()
    other = go(world, other, ("submit_plan", "station"), ("approve", "bureau"), condition="sign")
    assert timers(other)["plan_owed"] == {"superseded"}
    fire("11-24 18:00")
    assert [found for found in beside(case) if found[0] == "plan_owed"] == [("plan_owed", 1, "11-24 18:00")]
    assert [found for found in beside(other) if found[0] == "plan_owed"] == []
    told("11-24 18:00")
    # The day is over by then, and an emergency though it is, paper wakes nobody.
    morning = dict.fromkeys(("station", "station2", "bureau"), "11-25 09:00")
    assert hears_from("plan_owed_late") == morning
    # A mark after that does not bring it again.
    take(world, case, "note", "station", "11-25 10:00")
    fire("11-26 10:00")
    assert len([found for found in beside(case) if found[0] == "plan_owed"]) == 1


# --- replies and presence -------------------------------------------------------------------------


def test_a_reply_not_given_in_time_is_asked_of_whom_it_was_asked_and_told_to_who_asked(world: World) -> None:
    case = handled(world)
    by = at("11-24 10:00").isoformat()
    case = take(world, case, "supervise", "bureau", "11-23 10:20", reply_by=by)
    case = take(world, case, "finish", "cleaner", "11-23 11:00")
    forget_told()
    fire("11-24 10:00")
    said = next(payload for payload in rungs_said(case) if payload["rule"] == "reply")
    assert said["due"] == by
    heard = told("11-24 10:00")
    asked = {who for who, kinds in heard.items() if "reply_late" in kinds}
    # The case stands at its check by now; the unit still owes the answer.
    assert asked == {"cleaner", "clean_head", "bureau"}


def test_each_supervision_has_its_own_moment_and_one_reply_ends_them_all(world: World) -> None:
    case = handled(world)
    for moment in ("11-24 10:00", "11-25 10:00"):
        case = take(world, case, "supervise", "bureau", "11-23 10:20", reply_by=at(moment).isoformat())
    fire("11-24 12:00")
    assert [found for found in beside(case) if found[0] == "reply"] == [("reply", 1, "11-24 12:00")]
    case = take(world, case, "reply", "cleaner", "11-24 13:00")
    assert (armed(case, "reply"), case.reply_from) == ({}, "")
    fire("11-26 10:00")
    assert len([found for found in beside(case) if found[0] == "reply"]) == 1


def test_whoever_is_called_to_the_place_is_due_in_two_days(world: World) -> None:
    case = take(world, report(world), "ask_presence", "officer", "11-23 10:20")
    forget_told()
    assert armed(case, "presence") == {1: "11-25 10:20"}
    fire("11-25 10:20")
    heard = told("11-25 10:20")
    assert {who for who, kinds in heard.items() if "presence_late" in kinds} == {"section_head", "officer"}


def test_whoever_comes_in_time_ends_it_and_passing_it_on_begins_it_anew(world: World) -> None:
    case = take(world, report(world), "ask_presence", "officer", "11-23 10:20")
    case = take(world, case, "ask_presence", "section_head", "11-24 09:00")
    assert armed(case, "presence") == {1: "11-26 09:00"}
    case = take(world, case, "arrive", "director", "11-24 15:00")
    assert armed(case, "presence") == {}
    fire("11-28 10:00")
    assert not [found for found in beside(case) if found[0] == "presence"]


def test_a_suspension_stops_the_clocks_rules_and_not_what_people_owe(world: World) -> None:
    case = handled(world)
    by = at("11-24 10:00").isoformat()
    case = take(world, case, "supervise", "bureau", "11-23 10:20", reply_by=by)
    case = take(world, case, "request_suspension", "cleaner", "11-23 10:30")
    case = take(world, case, "decide_suspension", "bureau", "11-23 10:40")
    assert (armed(case, "sign_for"), armed(case, "pool"), armed(case)) == ({}, {}, {})
    assert armed(case, "reply") == {1: "11-24 10:00"}
    sound(NOW + timedelta(hours=1))
