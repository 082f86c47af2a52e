"""Two cases that are one: joined, merged, undone; and ends that are not the ordinary one."""

from typing import Any

import pytest

from cases.models import Case, Joiner
from cases.services.history_verify import history_breaks
from cases.workflow import Stage
from core.errors import BadInput, Conflict
from tests.cases.attempts import later, tried
from tests.cast import NEXT_COMMUNITY, World
from tests.ready import READY, emergency_owing, recorded_by_station
from tests.walk import RESIDENT, case_at, go, report, step, usual


def test_a_merged_case_rests_in_the_other_and_comes_back_where_it_stood(world: World) -> None:
    survivor, case = report(world, "worker2"), case_at(world, Stage.HANDLE)
    case = step(world, case, "merge", "station", into=survivor.number, reason="同一堆垃圾")
    assert (case.stage, case.merged_into, case.assignee) == (Stage.MERGED, survivor, None)
    assert survivor.events.filter(action="absorb", data__merged=case.number).exists()
    case = go(world, case, ("unmerge", "station"))
    assert (case.stage, case.merged_into, case.closed_at) == (Stage.HANDLE, None, None)
    assert survivor.events.filter(action="absorb", data__released=case.number).exists()
    survivor.refresh_from_db()
    assert [broken for _checked, broken in history_breaks() if broken] == []


def refused(world: World, case: Case, into: str) -> object:
    raw = {"into": into, "reason": "同一问题"}
    return tried(case, "merge", world.access("officer", later(case)), raw)


def test_a_case_goes_only_into_an_open_one_of_the_scope_that_is_not_itself(world: World) -> None:
    case = report(world)
    far = report(world, "hotline", position={"lon": 107.055, "lat": 29.805}, **RESIDENT)
    merged = go(world, report(world, "worker2"), ("merge", "officer"))
    for into in (case.number, far.number, "5001152026112399999", merged.number, "12345"):
        found = refused(world, case, into)
        assert isinstance(found, BadInput), into
        assert found.field == "into"


def test_the_end_of_the_survivor_ends_nothing_of_the_merged_one(world: World) -> None:
    survivor, case = report(world, "worker2"), report(world)
    case = step(world, case, "merge", "officer", into=survivor.number, reason="同一问题")
    go(world, survivor, ("void", "bureau"))
    case = go(world, case, ("unmerge", "officer"))
    assert case.stage == Stage.VERIFY


def test_a_colleague_joins_once_and_the_reporter_not_at_all(world: World) -> None:
    case = go(world, report(world), ("join", "worker2"))
    assert list(case.joiners.values_list("user__username", flat=True)) == ["worker2"]
    for who in ("worker", "worker2"):
        assert isinstance(tried(case, "join", world.access(who, later(case)), {}), Conflict)


def test_a_clerk_joins_for_a_caller_who_gets_a_code(world: World) -> None:
    case = step(world, report(world), "join", "hotline", **dict[str, Any](RESIDENT))
    row = Joiner.objects.get(case=case)
    assert row.phone == RESIDENT["reporter_phone"]
    assert row.follow_code
    assert RESIDENT["reporter_phone"] not in str(case.events.order_by("-seq")[0].data)


def test_a_reopened_case_begins_anew_with_everything_on_the_record(world: World) -> None:
    case = case_at(world, Stage.CLOSED)
    before = case.events_count
    case = go(world, case, ("reopen", "bureau"))
    assert (case.stage, case.reopens, case.closed_at) == (Stage.VERIFY, 1, None)
    assert not case.parts.filter(active=True).exists()
    assert case.events_count == before + 1
    case = go(world, case, ("verify", "officer"), condition="sign")
    assert case.stage == Stage.PLAN


def test_a_forced_end_is_counted_apart_and_a_reopening_takes_that_away(world: World) -> None:
    case = go(world, case_at(world, Stage.HANDLE), ("close_forced", "bureau"))
    assert (case.stage, case.closed_by_force) == (Stage.CLOSED, True)
    assert not go(world, case, ("reopen", "bureau")).closed_by_force


def test_a_move_takes_scope_and_owner_along(world: World) -> None:
    case = report(world, "hotline", **RESIDENT)
    case = step(world, case, "move", "officer", position=NEXT_COMMUNITY, reason="定位有误")
    assert case.grid.code == "500115001002001"
    assert case.community.code == "500115001002"
    assert case.filed_grid_code == "500115001001001"
    event = case.events.order_by("-seq")[0]
    assert (event.data["grid_before"], event.data["grid"]) == ("500115001001001", "500115001002001")


@pytest.mark.parametrize(
    "place",
    [
        {"lon": 107.006, "lat": 29.806},  # the grid it is in
        {"lon": 106.455, "lat": 29.545},  # another district
        {"lon": 100.0, "lat": 20.0},  # nowhere
    ],
)
def test_a_move_leads_to_another_grid_of_the_district(world: World, place: dict[str, float]) -> None:
    case = report(world)
    raw = {"position": place, "reason": "定位有误"}
    found = tried(case, "move", world.access("officer", later(case)), raw)
    assert isinstance(found, BadInput)
    assert found.field == "position"


def test_a_plan_owed_is_written_behind_the_emergency_and_holds_its_end(world: World) -> None:
    case = emergency_owing(world)
    assert (case.stage, case.plan_owed) == (Stage.HANDLE, "owed")
    case = go(world, case, ("finish", "cleaner"), ("pass", "colleague"))
    assert case.stage == Stage.CALL_BACK
    close = usual(world, "close", "station")
    assert isinstance(tried(case, "close", world.access("station", later(case)), close), Conflict)
    plan = usual(world, "submit_plan", "station", "sign", case) | {"finish_by": "2026-11-23T09:00:00+00:00"}
    case = step(world, case, "submit_plan", "station", **plan)
    assert (case.stage, case.plan_owed) == (Stage.CALL_BACK, "submitted")
    case = go(world, case, ("return_plan", "bureau"))
    assert case.plan_owed == "owed"
    case = go(world, case, ("submit_plan", "station2"), ("approve", "bureau"), ("close", "station"))
    assert (case.stage, case.plan_owed) == (Stage.CLOSED, "")


def test_nobody_to_call_waits_for_the_owed_plan_and_is_closed_without_words(world: World) -> None:
    case = report(world)
    raw = usual(world, "verify", "officer", "sign", case) | {"track": "emergency", "lead_unit": "cs-clean"}
    case = step(world, case, "verify", "officer", **raw)
    case = go(world, case, ("finish", "cleaner"), ("pass", "colleague"))
    assert case.stage == Stage.CALL_BACK
    case = go(world, case, ("submit_plan", "station"), ("approve", "bureau"))
    assert step(world, case, "close", "station").stage == Stage.CLOSED


def test_the_station_records_for_a_unit_without_logins_with_its_document(world: World) -> None:
    from_stage = recorded_by_station(world)
    bare = tried(from_stage, "finish", world.access("station", later(from_stage)),
                 usual(world, "finish", "station", "sign", from_stage))  # fmt: skip
    assert isinstance(bare, BadInput)
    assert bare.field == "document"
    photo = usual(world, "pass", "station")["photos"]
    raw = usual(world, "finish", "station", "sign", from_stage) | {"document": photo}
    case = step(world, from_stage, "finish", "station", **raw)
    event = case.events.order_by("-seq")[0]
    assert (case.stage, event.data["on_behalf"], event.role) == (Stage.CHECK, "cs-clean", "station")
    assert event.actor == world.people["station"]


def test_the_station_names_a_checker_from_elsewhere_who_then_sees_and_checks_it(world: World) -> None:
    case = case_at(world, Stage.CHECK)
    neighbour = world.access("neighbour", later(case))
    raw = usual(world, "pass", "neighbour")
    assert tried(case, "pass", neighbour, raw) is not None
    case = step(world, case, "assign", "station", person="neighbour")
    assert case.checker_named
    case = step(world, case, "pass", "neighbour", **raw)
    assert case.stage == Stage.CALL_BACK
    assert not case.checker_named


@pytest.mark.parametrize("person", ["stranger_officer", "cleaner", "bureau"])
def test_a_named_checker_is_an_officer_or_grid_worker_of_the_district(world: World, person: str) -> None:
    case = case_at(world, Stage.CHECK)
    found = tried(case, "assign", world.access("station", later(case)), {"person": person})
    assert isinstance(found, BadInput)


def test_a_superior_comes_and_one_above_is_called_by_the_first(world: World) -> None:
    case = READY["arrive"].case(world)
    assert case.presence == "section_head"
    assert isinstance(
        tried(case, "ask_presence", world.access("colleague", later(case)), {"text": "再请"}), Conflict
    )
    case = go(world, case, ("ask_presence", "section_head"))
    assert case.presence == "director"
    assert tried(case, "arrive", world.access("section_head", later(case)), {}) is not None
    case = go(world, case, ("arrive", "director"))
    assert case.presence == ""
    call = case.presence_calls.get(role="director")
    assert (call.arrived_by, call.over) == (world.people["director"], False)
    assert case.presence_calls.get(role="section_head").over


def test_a_supervision_asks_whoever_the_case_waits_for_and_one_reply_answers_all(world: World) -> None:
    case = go(world, case_at(world, Stage.HANDLE), ("supervise", "bureau"), ("supervise", "station"))
    assert (case.supervisions, case.reply_from) == (2, "unit")
    assert tried(case, "reply", world.access("officer", later(case)), {"text": "x"}) is not None
    case = go(world, case, ("reply", "cleaner"))
    assert case.reply_from == ""
    assert not case.supervised.filter(replied_at__isnull=True).exists()


def test_a_supervision_without_a_time_owes_no_reply(world: World) -> None:
    case = step(world, case_at(world, Stage.PLAN), "supervise", "bureau", text="关注")
    assert (case.supervisions, case.reply_from) == (1, "")
    assert isinstance(tried(case, "reply", world.access("station", later(case)), {"text": "已阅"}), Conflict)
