"""A step that comes after a rung was due and before anybody fired it: both happened, in that order."""

from uuid import uuid4

import pytest

from cases.models import Case, CaseEvent, Supervision
from cases.services.advance import case_advance
from cases.services.handover import orphans_reassign, task_reassign
from cases.services.public import reporter_step
from core.errors import Stale
from core.models import Timer
from grids.models import Posting
from tests.cases.attempts import tried
from tests.cases.deadlines.passing import (
    HOUR,
    armed,
    at,
    fire,
    forget_told,
    handled,
    late,
    login,
    rungs_said,
    sound,
    take,
    timers,
    told,
    told_time,
)
from tests.cast import NOW, World
from tests.walk import RESIDENT, go, report, usual


def history(case: Case) -> list[str]:
    return [f"{e.action} {e.data.get('level', '')}".strip() for e in case.events.order_by("seq")]


def test_what_was_due_comes_before_the_step_and_the_step_ends_it(world: World) -> None:
    case = handled(world)
    case = take(world, case, "finish", "cleaner", "11-23 14:20")
    assert history(case) == ["report", "verify", "escalate 1", "escalate 1", "escalate 2", "finish"]
    assert (case.stage, case.clock_rung, case.escalation) == ("check", 0, 0)
    assert told_time(case.overdue_at) == "11-23 14:10"
    assert fire("11-23 14:20") == 0
    sound("11-23 14:20")


def test_the_highest_alone_is_told_as_if_a_dispatcher_had_fired_them(world: World) -> None:
    case = handled(world)
    take(world, case, "finish", "cleaner", "11-23 18:30")
    stage = [payload for payload in rungs_said(case) if payload["rule"] == "stage"]
    assert [payload["level"] for payload in stage] == [3]
    outrun = CaseEvent.objects.filter(case=case, data__outrun=True).order_by("seq")
    assert [event.data["level"] for event in outrun] == [1, 2]
    assert [row.level for row in Supervision.objects.filter(case=case)] == [2]


def test_a_step_refused_leaves_the_rung_to_the_dispatcher(world: World) -> None:
    case = handled(world)
    access = world.access("cleaner", at("11-23 14:20"))
    raw = usual(world, "finish", "cleaner", "litter", case)
    case.version += 1
    assert isinstance(tried(case, "finish", access, raw), Stale)
    assert late(case) == []
    assert fire("11-23 14:20") >= 2
    sound("11-23 14:20")


def test_a_rung_makes_no_form_stale(world: World) -> None:
    case = handled(world)
    seen = case.version
    fire("11-23 14:10")
    case_advance(
        number=case.number, action="finish", access=world.access("cleaner", at("11-23 14:30")),
        raw=usual(world, "finish", "cleaner", "litter", case), version=seen, key=str(uuid4()),
        now=at("11-23 14:30"),
    )  # fmt: skip
    case.refresh_from_db()
    assert case.stage == "check"


def test_those_who_were_late_hear_of_it_and_not_whoever_has_it_now(world: World) -> None:
    case = handled(world)
    forget_told()
    take(world, case, "finish", "cleaner", "11-23 14:20")
    heard = told("11-23 14:20")
    assert heard["cleaner"] == ["overdue"]
    assert "overdue" in heard["clean_head"]
    next_ones = {kind for who in ("officer", "colleague") for kind in heard.get(who, [])}
    assert not {"overdue", "warning"} & next_ones


def test_a_warning_of_a_stage_that_is_over_is_told_to_nobody(world: World) -> None:
    case = handled(world)
    forget_told()
    take(world, case, "finish", "cleaner", "11-23 14:00")
    assert late(case)[-1][:2] == ("stage", 1)
    assert {kind for kinds in told("11-23 14:05").values() for kind in kinds} == {"task"}


def test_a_case_that_is_done_by_then_needs_nobody(world: World) -> None:
    case = take(world, report(world), "claim", "officer", "11-23 10:05")
    forget_told()
    take(world, case, "void", "bureau", "11-23 11:10")
    assert [level for _rule, level, _at in late(case)] == [1, 2]
    assert "overdue" not in {kind for kinds in told("11-23 11:10").values() for kind in kinds}


def test_closing_at_the_top_of_the_ladder_leaves_no_repetition_behind(world: World) -> None:
    case = handled(world)
    case = take(world, case, "close_forced", "bureau", "12-20 10:00")
    assert (armed(case), timers(case)["stage"]) == ({}, {"fired", "superseded"})
    assert fire("12-31 10:00") == 0
    sound("12-31 10:00")


def test_a_step_at_the_top_arms_the_repetition_that_lies_ahead(world: World) -> None:
    case = take(world, handled(world), "note", "station", "12-20 10:00")
    assert armed(case) == {5: "12-24 08:10"}
    sound("12-20 10:00")


def test_a_task_nobody_took_up_is_left_to_the_dispatcher(world: World) -> None:
    case = report(world)
    take(world, case, "note", "station", "11-23 10:40")
    assert login(case) == "officer"
    assert fire("11-23 10:40") == 1
    assert login(case) == ""
    sound("11-23 10:40")


def test_whoever_takes_it_up_before_the_dispatcher_looks_keeps_it(world: World) -> None:
    case = take(world, report(world), "claim", "officer", "11-23 10:40")
    assert fire("11-23 10:40") == 1
    assert login(case) == "officer"


def test_a_reporters_answer_settles_what_was_due_as_any_step_does(world: World) -> None:
    case = go(world, report(world, "hotline", **RESIDENT), ("verify", "officer"))
    case = take(world, case, "finish", "cleaner", "11-23 11:00")
    case = take(world, case, "pass", "colleague", "11-23 11:30")
    reporter_step(
        code=case.follow_code or "", action="answer", raw={"satisfied": "yes"}, version=case.version,
        key=str(uuid4()), client="10.0.0.1", now=at("11-26 10:00"),
    )  # fmt: skip
    case.refresh_from_db()
    assert case.stage == "closed"
    assert [level for rule, level, _at in late(case) if rule == "stage"] == [1, 2]
    assert told_time(case.overdue_at) == "11-25 11:30"
    sound("11-26 10:00")


def test_joining_a_late_case_by_a_resident_moves_nothing_but_what_was_due(world: World) -> None:
    case = take(world, report(world), "claim", "officer", "11-23 10:05")
    take(world, case, "join", "worker2", "11-23 11:10")
    assert history(case)[-3:] == ["escalate 1", "escalate 2", "join"]
    sound("11-23 11:10")


@pytest.mark.parametrize("how", ["posting", "absence"])
def test_passing_a_task_on_settles_what_was_due_first(world: World, how: str) -> None:
    case = report(world)
    Timer.objects.filter(rule="pool").delete()
    officer = world.people["officer"]
    if how == "posting":
        Posting.objects.filter(user=officer).update(ends_at=NOW + HOUR / 2)
        assert orphans_reassign(now=at("11-23 11:10")) == 1
    else:
        assert task_reassign(case_id=case.pk, cause="absence", now=at("11-23 11:10"), holder=officer.pk)
    assert history(case) == ["report", "escalate 1", "escalate 2", "reassign"]
    assert login(case) == "colleague"
    heard = told("11-23 11:15")
    assert "overdue" in heard["colleague"]
    sound("11-23 11:10")


def test_an_extension_granted_late_takes_the_ladder_down_and_the_fact_stays(world: World) -> None:
    case = take(world, handled(world), "request_extension", "cleaner", "11-23 14:00")
    fire("11-23 14:20")
    case = take(world, case, "decide_extension", "station", "11-23 14:30")
    assert (case.clock_rung, case.escalation, told_time(case.due_at)) == (0, 0, "11-23 18:10")
    assert told_time(case.overdue_at) == "11-23 14:10"
    assert armed(case)[1] == "11-23 16:34"
    sound("11-23 14:30")
    fire("11-23 18:10")
    assert [level for rule, level, _at in late(case) if rule == "stage"] == [1, 2, 1, 2]
    sound("11-23 18:10")


def test_an_extension_that_comes_too_late_to_help_brings_no_rung_again(world: World) -> None:
    case = take(world, handled(world), "request_extension", "cleaner", "11-23 14:00")
    fire("11-24 16:00")
    assert [level for rule, level, _at in late(case) if rule == "stage"] == [1, 2, 3, 4]
    case = take(world, case, "decide_extension", "station", "11-24 16:10")
    assert (told_time(case.due_at), case.clock_rung, case.escalation) == ("11-23 18:10", 4, 3)
    before = late(case)
    fire("11-24 16:20")
    assert late(case) == before
    sound("11-24 16:20")


def test_two_steps_within_a_second_settle_a_rung_once(world: World) -> None:
    case = take(world, report(world), "claim", "officer", "11-23 10:05")
    for action, who in (("note", "station"), ("remind", "bureau")):
        case = take(world, case, action, who, "11-23 11:00")
    assert history(case)[-4:] == ["escalate 1", "escalate 2", "note", "remind"]
    assert armed(case) == {3: "11-23 13:00", 4: "11-24 11:00"}
