"""The end of a suspension: by its timer, once, on its date however late that is seen."""

from datetime import timedelta

from cases.models import Case, CaseRequest
from cases.services.invariants import invariants_check
from core.models import Timer
from tests.cases.attempts import take as take_seen
from tests.cases.deadlines.passing import (
    armed,
    at,
    fire,
    forget_told,
    handled,
    late,
    planned,
    sound,
    take,
    told,
    told_time,
)
from tests.cast import World
from tests.walk import go


def suspended(world: World, until: str = "11-25 09:00") -> Case:
    """With an hour of its four spent, resting until a date."""
    case = take(world, handled(world), "sign_for", "cleaner", "11-23 10:20")
    moment = at(until).isoformat()
    case = take(world, case, "request_suspension", "cleaner", "11-23 11:00", until=moment)
    return take(world, case, "decide_suspension", "bureau", "11-23 11:10")


def test_it_ends_on_its_date_once_and_the_clock_goes_on(world: World) -> None:
    case = suspended(world)
    assert armed(case, "suspension") == {1: "11-25 09:00"}
    assert fire(at("11-25 09:00") - timedelta(seconds=1)) == 0
    assert fire("11-25 09:00") == 1
    assert fire("11-25 09:00") == 0
    case.refresh_from_db()
    event = case.events.order_by("-seq")[0]
    assert (event.action, event.actor, event.role) == ("resume", None, "")
    assert (case.suspended_until, told_time(case.due_at)) == (None, "11-25 12:00")
    assert CaseRequest.objects.get(case=case).ended_at == at("11-25 09:00")
    sound("11-25 09:00")


def test_those_it_waits_for_hear_that_it_goes_on_and_until_when(world: World) -> None:
    suspended(world)
    forget_told()
    fire("11-25 09:00")
    assert told("11-25 09:00") == {"cleaner": ["suspension_over"]}


def test_it_goes_on_from_its_date_however_late_that_is_seen(world: World) -> None:
    case = suspended(world)
    fire("11-25 15:00")
    case.refresh_from_db()
    # The hours nobody looked are not given to the unit: it knew the date.
    assert (told_time(case.clock_since), told_time(case.due_at)) == ("11-25 09:00", "11-25 12:00")
    assert told_time(case.events.filter(action="resume").get().at) == "11-25 15:00"
    assert [level for rule, level, _at in late(case) if rule == "stage"] == [1, 2]
    assert told_time(case.overdue_at) == "11-25 12:00"
    sound("11-25 15:00")


def test_by_hand_before_its_date_the_clock_goes_on_then(world: World) -> None:
    case = take(world, suspended(world), "resume", "cleaner", "11-24 09:00")
    assert told_time(case.due_at) == "11-24 12:00"
    assert armed(case, "suspension") == {}
    assert fire("11-24 09:10") == 0
    sound("11-24 09:10")


def test_by_hand_after_its_date_it_had_gone_on_already(world: World) -> None:
    case = take(world, suspended(world), "resume", "cleaner", "11-25 15:00")
    assert told_time(case.due_at) == "11-25 12:00"
    assert CaseRequest.objects.get(case=case).ended_at == at("11-25 09:00")


def test_a_mark_beside_a_suspension_that_is_over_leaves_its_end_to_the_timer(world: World) -> None:
    case = suspended(world)
    version = case.version
    take_seen(case, "note", world.access("station", at("11-25 09:01")), {"text": "已电话了解"},
              now=at("11-25 09:01"))  # fmt: skip
    case.refresh_from_db()
    assert case.version == version
    assert case.suspended_until is not None
    assert fire("11-25 09:01") == 1
    sound("11-25 09:01")


def test_a_case_ended_while_suspended_has_nothing_left(world: World) -> None:
    case = take(world, suspended(world), "close_forced", "bureau", "11-24 09:00")
    assert not Timer.objects.filter(subject=f"case:{case.pk}", state__in=["armed", "paused"]).exists()
    assert fire("11-30 09:00") == 0
    sound("11-30 09:00")


def test_a_late_case_that_is_suspended_climbs_on_from_where_it_stood(world: World) -> None:
    case = handled(world)
    case = take(
        world, case, "request_suspension", "cleaner", "11-23 13:00", until=at("11-26 09:00").isoformat()
    )
    fire("11-23 18:10")
    case = take(world, case, "decide_suspension", "bureau", "11-23 19:10")
    # Two hours were to go to the third level by the limit: 300 % of four hours.
    fire("11-26 09:00")
    assert armed(case) == {4: "11-26 12:00"}
    case.refresh_from_db()
    assert (case.clock_rung, case.escalation) == (3, 2)
    sound("11-26 09:00")


def test_a_suspension_without_its_timer_is_found(world: World) -> None:
    case = suspended(world)
    Timer.objects.filter(subject=f"case:{case.pk}").update(state="superseded")
    found = {f.invariant.name: f.examples for f in invariants_check(now=at("11-24 09:00")) if f.count}
    assert found["timers"] == (case.number,)


def test_a_plan_that_rests_goes_on_as_well(world: World) -> None:
    case = go(world, planned(world), ("request_suspension", "station"))
    until = at("11-25 10:00").isoformat()
    case = take(world, case, "decide_suspension", "bureau", "11-23 11:30", until=until)
    fire("11-25 10:00")
    case.refresh_from_db()
    assert case.suspended_until is None
    assert case.clock_since == at("11-25 10:00")
    sound("11-25 10:00")
