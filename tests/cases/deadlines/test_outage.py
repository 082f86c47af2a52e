"""After an outage: of the rungs that fell due together the highest alone is told; their own times stay."""

from cases.models import Case, CaseEvent, Supervision
from cases.workflow import Action
from core.models import Timer
from tests.cases.deadlines.passing import (
    armed,
    at,
    fire,
    forget_told,
    handled,
    late,
    rungs_said,
    sound,
    take,
    told,
    told_time,
)
from tests.cast import World
from tests.walk import report


def stage_events(case: Case) -> list[CaseEvent]:
    rows = CaseEvent.objects.filter(case=case, action=Action.ESCALATE, data__rule="stage")
    return list(rows.order_by("seq"))


def test_the_highest_is_told_and_those_it_outran_are_on_record(world: World) -> None:
    case = take(world, report(world), "claim", "officer", "11-23 10:05")
    forget_told()
    fire("11-23 13:30")
    events = stage_events(case)
    assert [(e.data["level"], e.data.get("outrun", False), told_time(e.at)) for e in events] == [
        (1, True, "11-23 13:30"), (2, True, "11-23 13:30"), (3, False, "11-23 13:30"),
    ]  # fmt: skip
    assert [e.data["due"] for e in events] == [
        at(moment).isoformat() for moment in ("11-23 10:48", "11-23 11:00", "11-23 13:00")
    ]
    assert [payload["level"] for payload in rungs_said(case)] == [3]
    assert set(told("11-23 14:30")) == {"leader_of_squad", "station", "station2"}


def test_the_marks_are_those_of_the_highest_and_the_deadline_stays_as_it_was(world: World) -> None:
    case = take(world, report(world), "claim", "officer", "11-23 10:05")
    fire("11-23 13:30")
    case.refresh_from_db()
    assert (case.clock_rung, case.escalation, told_time(case.overdue_at)) == (3, 2, "11-23 11:00")
    assert told_time(case.due_at) == "11-23 11:00"
    assert [row.level for row in Supervision.objects.filter(case=case)] == [2]
    sound("11-23 13:30")


def test_repetitions_that_were_missed_do_not_pile_up(world: World) -> None:
    case = handled(world)
    forget_told()
    fire("12-20 10:00")
    assert [level for rule, level, _at in late(case) if rule == "stage"] == [1, 2, 3, 4]
    assert [p["level"] for p in rungs_said(case) if p["rule"] == "stage"] == [4]
    assert armed(case) == {5: "12-24 08:10"}
    # Nor does anything that happens to the case bring them back.
    take(world, case, "note", "station", "12-20 11:00")
    assert armed(case) == {5: "12-24 08:10"}
    assert fire("12-21 10:00") == 0
    sound("12-21 10:00")


def test_an_outage_between_two_repetitions_passes_over_the_one_missed(world: World) -> None:
    case = handled(world)
    for moment in ("11-24 08:10", "11-29 08:10", "12-10 10:00"):
        fire(moment)
    assert [level for rule, level, _at in late(case) if rule == "stage"] == [1, 2, 3, 4, 5, 6]
    assert armed(case) == {7: "12-14 08:10"}
    take(world, case, "note", "station", "12-10 11:00")
    assert armed(case) == {7: "12-14 08:10"}


def test_what_runs_beside_the_ladder_is_told_each_by_itself(world: World) -> None:
    case = handled(world)
    for moment in ("11-24 10:00", "11-24 12:00"):
        take(world, case, "supervise", "bureau", "11-23 10:20", reply_by=at(moment).isoformat())
    fire("11-25 10:00")
    rules = [payload["rule"] for payload in rungs_said(case)]
    assert sorted(rules) == ["reply", "reply", "sign_for", "stage"]


def test_a_case_somebody_works_on_waits_for_nobody_elses_timers(world: World) -> None:
    cases = [take(world, report(world), "claim", "officer", "11-23 10:05") for _case in range(3)]
    Timer.objects.filter(subject=f"case:{cases[1].pk}").update(wake_at=at("12-23 11:00"))
    fire("11-23 11:00")
    assert [len(late(case)) for case in cases] == [2, 0, 2]
