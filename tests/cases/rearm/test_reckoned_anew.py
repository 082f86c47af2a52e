"""What a clock is made of, reckoned anew: the plan's date, extensions, what was left after rework, rests."""

from datetime import datetime, timedelta

import pytest

from cases.deadlines import POOL, SIGN_FOR
from cases.limits import rules_now
from cases.models import ActionPlan, Case, CaseEvent, FilingCondition
from cases.services.clocks import clock_reset
from cases.services.rearm import ConditionChange, Renewal
from cases.workflow import Action, Stage
from core.models import Calendar
from core.services.timers import timers_fire
from tests.cases.rearm.helpers import (
    SOON,
    TUESDAY,
    armed,
    broken,
    calendar,
    change,
    days_off,
    finish,
    limit,
    preview,
    rearmed,
    rows,
    start,
)
from tests.cast import NOW, World
from tests.ready import emergency_owing
from tests.walk import RESIDENT, case_at, go, report, step, usual

DAY = 840 * 60  # a working day of squads and handling units


def planned(world: World, days: int) -> Case:
    """A case given to the unit on a plan that is to be finished in so many days."""
    case = go(world, report(world, "hotline", **RESIDENT), ("verify", "officer"), condition="sign")
    finish_by = (case.stage_since + timedelta(days=days)).isoformat()
    plan = usual(world, "submit_plan", "station", "sign", case) | {"finish_by": finish_by}
    case = step(world, case, "submit_plan", "station", **plan)
    return go(world, case, ("approve", "bureau"), ("dispatch", "station"))


def limit_of_sign(world: World, value: int) -> ConditionChange:
    """The condition of signs with another limit, for the open cases as well."""
    condition = world.conditions["sign"]
    FilingCondition.objects.filter(pk=condition.pk).update(limit_value=value)
    return ConditionChange(condition.case_class.key, 1)


def test_the_date_of_the_plan_stays_where_it_is(world: World) -> None:
    case = planned(world, 3)
    plan = ActionPlan.objects.get(case=case)
    assert case.due_at == plan.finish_by
    total = case.clock_total
    change(world, days_off("squads", TUESDAY))
    case.refresh_from_db()
    assert case.due_at == plan.finish_by
    # Its warning comes earlier, since a day less is worked until then.
    assert case.clock_total == total - DAY
    assert broken() == set()


def test_of_limit_and_plan_the_earlier_rules_after_a_change_too(world: World) -> None:
    case = planned(world, 7)  # the limit of five working days comes before
    assert case.clock_total == 5 * DAY
    change(world, limit_of_sign(world, 9))
    case.refresh_from_db()
    assert case.due_at == ActionPlan.objects.get(case=case).finish_by
    assert case.clock_total < case.clock_limit == 9 * DAY
    assert broken() == set()


def test_an_extension_is_worth_the_new_limit(world: World) -> None:
    case = go(
        world, planned(world, 30), ("sign_for", "cleaner"), ("request_extension", "cleaner"),
        ("decide_extension", "station"),
    )  # fmt: skip
    assert case.clock_total == 10 * DAY
    change(world, limit_of_sign(world, 3))
    case.refresh_from_db()
    assert (case.clock_total, case.extensions) == (6 * DAY, 1)
    assert broken() == set()


def test_an_extension_of_handling_means_nothing_to_the_check(world: World) -> None:
    case = go(
        world, planned(world, 30), ("sign_for", "cleaner"), ("request_extension", "cleaner"),
        ("decide_extension", "station"), ("finish", "cleaner"),
    )  # fmt: skip
    change(world, limit(Stage.CHECK, 6, "工作时"))
    case.refresh_from_db()
    assert (case.clock_total, case.clock_limit) == (6 * 3600, 6 * 3600)


def test_what_was_left_after_rework_keeps_its_share_of_the_limit(world: World) -> None:
    case = planned(world, 30)
    late = case.stage_since + timedelta(days=20)
    step(world, case, "finish", "cleaner", now=late, **usual(world, "finish", "cleaner", "sign", case))
    case.refresh_from_db()
    back = late + timedelta(hours=1)
    case = step(
        world, case, "rework", "colleague", now=back, **usual(world, "rework", "colleague", "sign", case)
    )
    assert case.clock_total == DAY  # a fifth of five days
    change(world, limit_of_sign(world, 10), now=back)
    case.refresh_from_db()
    assert (case.clock_limit, case.clock_total) == (10 * DAY, 2 * DAY)


def test_a_longer_working_day_makes_the_limits_given_in_days_longer(world: World) -> None:
    case, check = planned(world, 30), case_at(world, Stage.CHECK)
    change(world, calendar("squads", standard_day_minutes=420))
    case.refresh_from_db()
    check.refresh_from_db()
    assert case.clock_total == 5 * 420 * 60
    assert check.clock_total == 4 * 3600
    assert broken() == set()


def test_a_limit_of_another_kind_takes_over_the_share_that_is_spent(world: World) -> None:
    case = Case(
        stage="plan", track="standard", filed_at=NOW, clock_since=NOW, clock_spent=7200, clock_total=14400,
        clock_limit=14400, clock_calendar_id=rules_now().calendars.by_code("offices"), due_at=NOW,
    )  # fmt: skip
    change(world, limit(Stage.PLAN, 8, "紧急工作时"))
    said = clock_reset(case=case, rules=rules_now(), now=NOW)
    assert (case.clock_spent, case.clock_total, case.clock_calendar_id) == (14400, 28800, None)
    assert said["clock"]["due"] == (NOW + timedelta(hours=4)).isoformat()


def test_a_clock_that_rests_is_left_alone_and_goes_on_by_the_new_rules(world: World) -> None:
    case = go(
        world, case_at(world, Stage.PLAN), ("request_suspension", "station"), ("decide_suspension", "bureau")
    )
    wanted, before = limit(Stage.PLAN, 8, "工作时"), rows()
    seen = preview(world, wanted)
    assert (seen.resting, seen.counts.changed) == (1, 0)
    change(world, wanted)
    assert rows() == before
    case = step(world, case, "resume", "station", reason="可以继续", now=SOON + timedelta(minutes=5))
    assert (case.clock_total, case.clock_limit) == (8 * 3600, 8 * 3600)
    assert case.events.order_by("-seq")[0].data["clock"]["limit"] == [8, "工作时"]
    assert broken() == set()


def test_a_plans_date_holds_again_after_a_rest(world: World) -> None:
    case = planned(world, 3)
    total = case.clock_total
    case = go(world, case, ("request_suspension", "cleaner"), ("decide_suspension", "bureau"))
    case = step(world, case, "resume", "station", reason="可以继续", now=SOON + timedelta(hours=5))
    assert case.clock_total == total
    assert preview(world, Renewal(), now=SOON + timedelta(hours=5)).counts.changed == 0


def test_what_fired_beside_the_ladder_fires_once_however_often_it_is_reckoned_anew(world: World) -> None:
    case = planned(world, 30)
    late = SOON + timedelta(hours=2)
    timers_fire(now=late)
    assert told(case) == [SIGN_FOR]
    change(world, days_off("squads", TUESDAY), now=late)
    change(world, limit_of_sign(world, 10), now=late + timedelta(minutes=5))
    assert len(rearmed(case)) == 2
    timers_fire(now=late + timedelta(minutes=10))
    # Neither does another step bring it back.
    case = step(world, case, "note", "station", text="已催", now=late + timedelta(minutes=15))
    timers_fire(now=late + timedelta(minutes=20))
    assert told(case) == [SIGN_FOR]
    assert (POOL, 1) in armed(case)
    assert broken() == set()


def told(case: Case) -> list[str]:
    events = CaseEvent.objects.filter(case=case, action=Action.ESCALATE).order_by("seq")
    return [event.data["rule"] for event in events]


def test_a_plan_that_is_owed_follows_the_calendar_of_the_offices(world: World) -> None:
    case = emergency_owing(world)
    before, due = armed(case), case.due_at
    assert before["plan_owed", 1] == datetime.fromisoformat("2026-11-24T18:00+08:00")
    job = change(world, days_off("offices", TUESDAY))
    case.refresh_from_db()
    assert armed(case)["plan_owed", 1] == datetime.fromisoformat("2026-11-25T18:00+08:00")
    assert (case.due_at, job.done) == (due, 1)
    (event,) = rearmed(case)
    assert event.data["plan_due"] == "2026-11-25T10:00:00+00:00"
    assert broken() == set()


def test_open_cases_keep_the_limit_they_were_filed_under_unless_it_is_wanted_otherwise(world: World) -> None:
    handled, waiting, fresh = planned(world, 30), case_at(world, Stage.PLAN), report(world)
    wanted = limit_of_sign(world, 2)
    assert preview(world, Renewal()).counts.changed == 0
    seen = preview(world, wanted)
    assert (seen.counts.changed, seen.counts.earlier, seen.counts.same) == (2, 1, 1)
    job = change(world, wanted)
    handled.refresh_from_db()
    waiting.refresh_from_db()
    fresh.refresh_from_db()
    assert (handled.limit_value, handled.clock_total) == (2, 2 * DAY)
    assert (waiting.limit_value, waiting.clock_generation) == (2, 2)
    assert (fresh.limit_value, rearmed(fresh)) == (None, [])
    (event,) = rearmed(waiting)
    assert event.data == {"limit": [2, "工作日"], "job": job.pk}
    assert broken() == set()


def test_of_two_changes_of_one_condition_the_later_counts(world: World) -> None:
    case = planned(world, 30)
    first = start(world, limit_of_sign(world, 2))
    second = start(world, limit_of_sign(world, 3))
    finish(second)
    finish(first)
    case.refresh_from_db()
    first.refresh_from_db()
    assert (case.limit_value, len(rearmed(case)), first.state, first.done) == (3, 1, "done", 0)


def test_a_unit_that_got_another_calendar_is_brought_up_to_it(world: World) -> None:
    case, other = planned(world, 30), case_at(world, Stage.CHECK)
    unit = world.units["cs-clean"]
    unit.calendar = Calendar.objects.get(code="offices")
    unit.save()
    assert [e.number for e in preview(world, Renewal()).examples] == [case.number]
    change(world, Renewal())
    case.refresh_from_db()
    assert case.clock_calendar_id == unit.calendar.current_id
    assert rearmed(other) == []
    # From then on it follows that calendar.
    assert preview(world, days_off("offices", TUESDAY)).counts.later == 1
    assert broken() == set()


@pytest.mark.parametrize("kind", ["squad", "station"])
def test_a_squad_or_station_with_a_calendar_of_its_own_is_found(world: World, kind: str) -> None:
    unit = world.units["cs-works"]
    unit.kind, unit.code = kind, "500115001-squad" if kind == "squad" else "cs-works"
    unit.calendar = Calendar.objects.create(
        code="own", name="自有", current=Calendar.objects.get(code="offices").current
    )
    unit.save()
    case = report(world) if kind == "squad" else case_at(world, Stage.PLAN)
    assert case.clock_calendar_id == unit.calendar.current_id
    assert preview(world, days_off("own", NOW.date())).counts.later == 1
