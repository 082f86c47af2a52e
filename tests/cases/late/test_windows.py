"""What can be done until a moment only: returning a dispatch, asking for more time, objecting, appealing."""

from datetime import UTC, datetime, timedelta

from cases.given import needed
from cases.limits import rules_now
from cases.models import Case
from cases.offers import offered_steps
from cases.policies.windows import handling_until, object_until, return_until
from cases.selectors import parts_of
from cases.workflow import Stage, Track
from core.errors import CityError, Conflict
from core.models import Calendar
from core.services.calendars import calendar_change
from core.services.timers import timers_fire
from tests.cases.attempts import take
from tests.cast import NOW, World
from tests.walk import case_at, go, report, step, usual

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def tried(world: World, case: Case, action: str, who: str, now: datetime) -> CityError | None:
    """How an attempt at a moment ends; None when it goes through."""
    raw = usual(world, action, who, "sign", case)
    try:
        take(case, action, world.access(who, now), raw, now=now)
    except CityError as refusal:
        return refusal
    return None


def is_offered(world: World, case: Case, action: str, who: str, now: datetime) -> bool:
    steps = offered_steps(world.access(who, now), case, parts_of(case), rules_now())
    return action in {one.action.value for one in steps}


def ends(world: World, case: Case, action: str, who: str, until: datetime) -> None:
    """It is open up to a moment and refused with a sentence after it, on the button as in the service."""
    assert is_offered(world, case, action, who, until)
    assert not is_offered(world, case, action, who, until + SECOND)
    refusal = tried(world, case, action, who, until + SECOND)
    assert isinstance(refusal, Conflict)
    assert str(refusal.detail).endswith(("。", "."))
    assert tried(world, case, action, who, until) is None


def test_a_dispatch_is_returned_within_one_working_day_of_the_unit(world: World) -> None:
    case = case_at(world, Stage.HANDLE)  # its squads work fourteen hours every day, and so to the same hour
    ends(world, case, "return_dispatch", "cleaner", needed(case.dispatched_at) + 24 * HOUR)


def test_a_unit_with_office_hours_has_until_after_the_weekend(world: World) -> None:
    unit = world.units["cs-clean"]
    unit.calendar = Calendar.objects.get(code="offices")
    unit.save(update_fields=["calendar"])
    case = case_at(world, Stage.DISPATCH)
    friday = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)  # 17:00 in Chongqing
    case = step(world, case, "dispatch", "station", now=friday)
    ends(world, case, "return_dispatch", "cleaner", friday + 3 * 24 * HOUR)


def test_coming_back_for_rework_opens_no_second_day_to_return(world: World) -> None:
    case = case_at(world, Stage.HANDLE)
    dispatched, late = needed(case.dispatched_at), needed(case.dispatched_at) + 25 * HOUR
    case = step(world, case, "finish", "cleaner", **usual(world, "finish", "cleaner", case=case))
    case = step(world, case, "rework", "colleague", now=late, **usual(world, "rework", "colleague"))
    assert case.dispatched_at == dispatched
    assert isinstance(tried(world, case, "return_dispatch", "cleaner", late + HOUR), Conflict)


def test_an_extension_is_asked_for_before_the_deadline(world: World) -> None:
    case = case_at(world, Stage.HANDLE)
    ends(world, case, "request_extension", "cleaner", needed(case.due_at) - SECOND)


def test_what_was_asked_in_time_is_decided_also_after_the_deadline(world: World) -> None:
    case = case_at(world, Stage.HANDLE)
    case = step(world, case, "request_extension", "cleaner", reason="连日降雨")
    case = step(world, case, "decide_extension", "station", now=needed(case.due_at) + HOUR, verdict="grant")
    assert case.extensions == 1
    assert needed(case.due_at) > case.stage_since + 24 * HOUR


def test_a_reporter_objects_within_three_working_days_of_the_station(world: World) -> None:
    case = case_at(world, Stage.VERIFY)
    thursday = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)  # 16:00 in Chongqing; the weekend does not count
    case = step(
        world, case, "reject", "officer", now=thursday, **usual(world, "reject", "officer", case=case)
    )
    ends(world, case, "object", "hotline", thursday + 5 * 24 * HOUR)


def test_an_appeal_is_for_cases_that_were_late_by_the_clock(world: World) -> None:
    case = case_at(world, Stage.HANDLE)
    due_at = needed(case.due_at)
    in_time = case_at(world, Stage.CLOSED)
    assert in_time.overdue_at is None
    assert isinstance(tried(world, in_time, "appeal", "cleaner", needed(in_time.closed_at) + HOUR), Conflict)
    timers_fire(now=due_at)
    late = due_at + HOUR
    case = step(world, case, "finish", "cleaner", now=late, **usual(world, "finish", "cleaner", case=case))
    case = go(world, case, ("pass", "colleague"), ("close", "station"))
    assert case.overdue_at == due_at
    assert tried(world, case, "appeal", "cleaner", needed(case.closed_at) + HOUR) is None


def test_a_longer_working_day_leaves_more_time_to_return(world: World) -> None:
    case = case_at(world, Stage.HANDLE)
    shifts = [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "07:00", "to": "21:00"}]
    calendar_change(
        code="squads", shifts=shifts, days=[], standard_day_minutes=1260, published_until=None, reason="试",
        by=None, now=case.stage_since,
    )  # fmt: skip
    # Twenty-one hours of work instead of fourteen are half a day more.
    late = needed(case.dispatched_at) + 25 * HOUR
    assert is_offered(world, case, "return_dispatch", "cleaner", late)


def test_where_nothing_runs_no_window_ends(world: World) -> None:
    case, rules = report(world), rules_now()
    assert handling_until(case, world.units["cs-clean"], rules, NOW) is None
    assert return_until(case, rules) is None
    assert object_until(case, rules) is None


def test_in_an_emergency_the_limit_of_a_plan_runs_day_and_night(world: World) -> None:
    case = case_at(world, Stage.HANDLE)
    case.track, case.limit_value, case.limit_unit = Track.EMERGENCY, 4, "工作时"
    until = handling_until(case, world.units["cs-clean"], rules_now(), NOW + 12 * HOUR)
    assert until == NOW + 16 * HOUR
