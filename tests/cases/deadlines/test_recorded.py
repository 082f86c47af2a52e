"""What lies in the past is recorded at its own moment, in order, and nobody hears of it now."""

from typing import Any
from uuid import uuid4

from cases.models import Case, CaseEvent, Supervision
from cases.services.advance import case_advance
from cases.services.history_verify import history_breaks
from cases.services.report import case_report
from cases.services.rungs.recording import case_record, rungs_record
from cases.workflow import Action
from core.models import OutboxEvent, Timer
from notices.models import Notice
from tests.cases.deadlines.passing import (
    armed,
    at,
    fire,
    handled,
    late,
    login,
    sound,
    take,
    told,
    told_time,
)
from tests.cast import HOME, World
from tests.walk import report, usual


def quietly(world: World, when: str, action: str = "", who: str = "worker", case: Case | None = None) -> Case:
    """Take a step long past, as a replay does."""
    facts: dict[str, Any] = {
        "access": world.access(who, at(when)), "key": str(uuid4()), "now": at(when), "quiet": True,
    }  # fmt: skip
    if case is None:
        raw = {"position": HOME, "description": "楼下垃圾成堆"}
        number = case_report(raw=raw, **facts)["number"]
    else:
        raw, number = usual(world, action, who, "litter", case), case.number
        case_advance(number=number, action=action, raw=raw, version=case.version, **facts)
    return Case.objects.get(number=number)


def test_a_quiet_step_records_what_came_before_it_at_its_own_moment(world: World) -> None:
    case = quietly(world, "11-02 10:00")
    case = quietly(world, "11-02 13:30", "verify", "officer", case)
    assert late(case) == [
        ("stage", 1, "11-02 10:48"), ("stage", 2, "11-02 11:00"), ("stage", 3, "11-02 13:00"),
    ]  # fmt: skip
    assert all(e.data["recorded"] for e in CaseEvent.objects.filter(case=case, action=Action.ESCALATE))
    assert told_time(case.overdue_at) == "11-02 11:00"
    rows = Supervision.objects.filter(case=case).order_by("pk").values_list("level", "at")
    assert [(level, told_time(moment)) for level, moment in rows] == [(1, "11-02 11:00"), (2, "11-02 13:00")]
    sound("11-02 13:30")


def test_nobody_hears_of_the_past(world: World) -> None:
    case = quietly(world, "11-02 10:00")
    case = quietly(world, "11-02 13:30", "verify", "officer", case)
    case_record(case_id=case.pk, until=at("11-23 10:00"))
    told("11-23 10:00")
    assert not OutboxEvent.objects.filter(topic__in=["case.rung", "case.step"]).exists()
    assert not Notice.objects.exists()


def test_a_case_that_stays_open_is_brought_up_to_the_present(world: World) -> None:
    case = quietly(world, "11-02 10:00")
    case = quietly(world, "11-02 10:10", "verify", "officer", case)
    case_record(case_id=case.pk, until=at("11-23 10:00"))
    case.refresh_from_db()
    found = [(level, moment) for rule, level, moment in late(case) if rule == "stage"]
    assert found == [(1, "11-02 13:22"), (2, "11-02 14:10"), (3, "11-02 18:10"), (4, "11-03 08:10")]
    assert (case.clock_rung, case.escalation) == (4, 3)
    # Repetitions in the past are passed over; the next one lies ahead, and is told.
    assert armed(case) == {5: "11-28 08:10"}
    assert fire("11-23 10:00") == 0
    sound("11-23 10:00")


def test_it_leaves_the_present_to_the_present(world: World) -> None:
    case = report(world)
    assert rungs_record(until=at("11-23 10:20")) == 0
    assert late(case) == []
    assert armed(case)[1] == "11-23 10:48"


def test_all_cases_are_brought_up_to_date_and_a_second_time_there_is_nothing_to_do(world: World) -> None:
    cases = [quietly(world, "11-02 10:00") for _case in range(3)]
    assert rungs_record(until=at("11-23 10:00"), limit=2) == 2
    assert rungs_record(until=at("11-23 10:00"), limit=2) == 1
    assert rungs_record(until=at("11-23 10:00"), limit=2) == 0
    assert all(len(late(case)) == 4 for case in cases)
    assert not Timer.objects.filter(state="armed", due_at__lte=at("11-23 10:00")).exists()


def test_a_case_that_is_gone_is_none(world: World) -> None:
    assert not case_record(case_id=4711, until=at("11-23 10:00"))


def test_a_named_person_of_the_past_keeps_what_nobody_took_up(world: World) -> None:
    case = quietly(world, "11-02 10:00")
    case_record(case_id=case.pk, until=at("11-23 10:00"))
    assert (login(case), [rule for rule, _level, _at in late(case)]) == ("officer", ["stage"] * 4)
    sound("11-23 10:00")


def test_the_end_of_a_suspension_and_what_follows_from_it_stand_in_order(world: World) -> None:
    case = handled(world)
    by = at("11-26 10:00").isoformat()
    case = take(world, case, "supervise", "bureau", "11-23 10:20", reply_by=by)
    until = at("11-25 09:00").isoformat()
    case = take(world, case, "request_suspension", "cleaner", "11-23 11:00", until=until)
    case = take(world, case, "decide_suspension", "bureau", "11-23 11:10")
    case_record(case_id=case.pk, until=at("11-30 10:00"))
    case.refresh_from_db()
    rows = case.events.filter(at__gt=at("11-23 11:10")).order_by("seq")
    tail = [(event.action, event.data.get("rule", ""), told_time(event.at)) for event in rows]
    assert tail[0] == ("resume", "", "11-25 09:00")
    assert [moment for _a, _r, moment in tail] == sorted(moment for _a, _r, moment in tail)
    assert ("escalate", "reply", "11-26 10:00") in tail
    assert ("escalate", "stage", "11-25 12:00") in tail
    assert [broken for _checked, found in history_breaks() for broken in found] == []
    sound("11-30 10:00")
