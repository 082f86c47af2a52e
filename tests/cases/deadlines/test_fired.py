"""A rung that comes: its event, the marks of the case, a supervision, what the outbox holds; each once."""

from cases.models import Case, CaseEvent, Supervision
from cases.services.history_verify import history_breaks
from cases.workflow import Action, Stage
from core.models import Timer
from tests.cases.deadlines.passing import (
    armed,
    at,
    fire,
    handled,
    late,
    planned,
    rungs_said,
    sound,
    take,
    timers,
    told_time,
)
from tests.cast import World
from tests.walk import case_at, report, step, usual


def marks(case: Case) -> tuple[int, int, str]:
    case.refresh_from_db()
    return case.clock_rung, case.escalation, told_time(case.overdue_at)


def claimed(world: World) -> Case:
    """A report its officer has taken on, so that nothing but the ladder moves it."""
    return take(world, report(world), "claim", "officer", "11-23 10:05")


def test_a_warning_is_an_event_and_a_word_and_no_lateness(world: World) -> None:
    case = claimed(world)
    assert fire("11-23 10:48") == 2  # half of the limit has passed as well, and finds it taken up
    assert late(case) == [("stage", 1, "11-23 10:48")]
    assert marks(case) == (1, 0, "")
    event = CaseEvent.objects.get(case=case, action=Action.ESCALATE)
    assert (event.actor, event.role, event.from_stage, event.to_stage) == (None, "", "verify", "verify")
    assert event.data == {"rule": "stage", "level": 1, "due": at("11-23 10:48").isoformat()}
    assert not Supervision.objects.filter(case=case).exists()


def test_a_deadline_that_passes_marks_the_case_for_good_and_attaches_the_first_level(world: World) -> None:
    case = claimed(world)
    version = case.version
    for moment in ("11-23 10:48", "11-23 11:00"):
        fire(moment)
    assert marks(case) == (2, 1, "11-23 11:00")
    row = Supervision.objects.get(case=case)
    event = CaseEvent.objects.filter(case=case).order_by("-seq")[0]
    assert (row.level, row.by, row.at, row.event) == (1, None, at("11-23 11:00"), event.seq)
    assert (row.asked, row.asked_unit, row.reply_by) == ("officer", None, None)
    assert event.data["supervision"] == 1
    assert case.version == version, "lateness makes nothing stale"
    case = step(
        world, case, "verify", "officer", now=at("11-23 11:10"), **usual(world, "verify", "officer", "sign")
    )
    assert (case.clock_rung, case.escalation, told_time(case.overdue_at)) == (0, 0, "11-23 11:00")


def test_each_level_attaches_its_own_supervision_and_a_repetition_none(world: World) -> None:
    case = handled(world)
    for moment in ("11-23 13:22", "11-23 14:10", "11-23 18:10", "11-24 08:10", "11-29 08:10"):
        fire(moment)
    assert [level for rule, level, _at in late(case) if rule == "stage"] == [1, 2, 3, 4, 5]
    rows = Supervision.objects.filter(case=case).order_by("pk")
    assert [(row.level, row.asked, row.asked_unit) for row in rows] == [
        (level, "unit", world.units["cs-clean"]) for level in (1, 2, 3)
    ]
    assert marks(case) == (5, 3, "11-23 14:10")


def test_the_third_level_comes_again_every_five_working_days_for_as_long_as_it_takes(world: World) -> None:
    case = handled(world)
    fire("11-24 08:10")
    assert armed(case) == {5: "11-29 08:10"}
    for _time in range(3):
        fire(at(next(iter(armed(case).values()))))
    found = [(level, moment) for rule, level, moment in late(case) if rule == "stage" and level > 4]
    assert found == [(5, "11-29 08:10"), (6, "12-04 08:10"), (7, "12-09 08:10")]
    assert armed(case) == {8: "12-14 08:10"}
    sound("12-09 08:10")


def test_nothing_comes_twice(world: World) -> None:
    case = claimed(world)
    fire("11-23 11:00")
    before = (late(case), len(rungs_said(case)))
    Timer.objects.filter(state=Timer.State.FIRED).update(fired_at=at("11-23 11:01"))
    assert fire("11-23 11:30") == 0
    # Neither does a mark bring back what has fired.
    case = take(world, case, "remind", "station", "11-23 11:40")
    assert fire("11-23 11:50") == 0
    assert (late(case), len(rungs_said(case))) == before


def test_the_outbox_holds_who_is_to_hear_of_what(world: World) -> None:
    case = handled(world)
    fire("11-23 13:22")
    payload = rungs_said(case)[-1]
    del payload["event"], payload["assignee"]
    assert payload == {
        "number": case.number, "rule": "stage", "level": 1, "of": case.clock_generation,
        "due": at("11-23 14:10").isoformat(), "hears": ["named"], "urgent": False, "sounds": False,
        "stage": "handle", "lead_unit": world.units["cs-clean"].pk,
    }  # fmt: skip


def test_many_cases_are_written_in_as_many_statements_as_one(
    world: World, django_assert_max_num_queries: object
) -> None:
    one, many = 0, 0
    for count in (1, 12):
        for _case in range(count):
            claimed(world)
        with django_assert_max_num_queries(60) as seen:  # type: ignore[operator]
            fire("11-23 11:00")
        one, many = many, len(seen.captured_queries)
    assert many <= one + 2


def test_a_timer_that_means_nothing_any_more_does_nothing(world: World) -> None:
    case = report(world)
    Case.objects.filter(pk=case.pk).update(clock_generation=case.clock_generation + 1)
    fire("11-23 11:30")
    assert late(case) == []
    assert timers(case)["stage"] == {"armed", "fired"}


def test_the_last_rung_of_a_case_is_over_with_it(world: World) -> None:
    case = case_at(world, Stage.CALL_BACK)
    fire("12-10 10:00")
    case.refresh_from_db()
    assert (case.escalation, len(armed(case))) == (3, 1)
    case = take(world, case, "close", "station", "12-11 10:00")
    assert (armed(case), case.escalation, case.clock_rung) == ({}, 0, 0)
    assert case.overdue_at is not None
    before = late(case)
    assert fire("12-31 10:00") == 0
    assert late(case) == before
    sound("12-31 10:00")


def test_what_came_late_is_part_of_a_whole_history(world: World) -> None:
    case, other = handled(world), planned(world)
    fire("11-24 08:10")
    case = take(world, case, "finish", "cleaner", "11-24 09:00")
    take(world, case, "rework", "colleague", "11-24 20:00")
    take(world, other, "send_back", "station", "11-25 09:00")
    fire("11-28 10:00")
    assert [broken for _checked, found in history_breaks() for broken in found] == []
    sound("11-28 10:00", names=["counters", "gaps", "actor"])
