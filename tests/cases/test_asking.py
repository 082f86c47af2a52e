"""What one asks and another decides: suspension, extension, appeal, objection."""

from datetime import timedelta
from typing import Any

import pytest

from cases.models import Case, CaseRequest
from cases.workflow import Stage
from core.errors import BadInput, Conflict, NotAllowed
from tests.cases.attempts import later, tried
from tests.cast import NOW, World
from tests.ready import READY, was_overdue
from tests.walk import case_at, go, report, step, usual


def attempt(world: World, case: Case, action: str, who: str, **more: Any) -> object:
    raw = usual(world, action, who, "sign", case) | more
    return tried(case, action, world.access(who, later(case)), raw)


def test_a_suspended_case_rests_until_it_is_resumed(world: World) -> None:
    case = READY["resume"].case(world)
    assert case.suspended_until is not None
    assert case.suspended_until > case.stage_since
    for action, who in (("finish", "cleaner"), ("sign_for", "cleaner"), ("request_extension", "cleaner")):
        assert isinstance(attempt(world, case, action, who), Conflict), action
    assert attempt(world, case, "note", "station") is None
    case = go(world, case, ("resume", "cleaner"), ("finish", "cleaner"))
    assert case.stage == Stage.CHECK
    assert CaseRequest.objects.get(case=case).ended_at is not None


def test_the_bureau_may_shorten_what_was_asked(world: World) -> None:
    case = READY["decide_suspension"].case(world)
    until = (case.stage_since + timedelta(days=3)).isoformat()
    case = step(world, case, "decide_suspension", "bureau", verdict="grant", until=until)
    assert case.suspended_until is not None
    assert case.suspended_until.isoformat() == until


@pytest.mark.parametrize("days", [-1, 400])
def test_a_suspension_lies_ahead_and_within_a_year(world: World, days: int) -> None:
    case = case_at(world, Stage.HANDLE)
    until = (case.stage_since + timedelta(days=days)).isoformat()
    found = attempt(world, case, "request_suspension", "cleaner", until=until)
    assert isinstance(found, BadInput)
    assert found.field == "until"


def test_a_reply_is_owed_by_a_time_that_lies_ahead(world: World) -> None:
    case = case_at(world, Stage.HANDLE)
    found = attempt(world, case, "supervise", "bureau", reply_by=later(case).isoformat())
    assert isinstance(found, BadInput)
    assert found.field == "reply_by"


def test_a_task_nobody_has_is_not_put_into_the_pool(world: World) -> None:
    case = go(world, report(world), ("release", "leader_of_squad"))
    assert case.assignee is None
    assert isinstance(attempt(world, case, "release", "leader_of_squad"), Conflict)


@pytest.mark.parametrize("action", ["decide_suspension", "decide_extension", "decide_appeal"])
def test_a_refusal_needs_its_reason_and_changes_nothing_else(world: World, action: str) -> None:
    case = READY[action].case(world)
    who, version = READY[action].who, case.version
    bare = attempt(world, case, action, who, verdict="refuse", reason="")
    assert isinstance(bare, BadInput)
    assert bare.field == "reason"
    case = step(world, case, action, who, verdict="refuse", reason="理由不足")
    assert case.suspended_until is None
    assert (case.extensions, case.overdue_waived) == (0, False)
    assert CaseRequest.objects.get(case=case).state == CaseRequest.State.REFUSED
    assert case.version >= version


def test_one_request_of_a_kind_is_open_at_a_time(world: World) -> None:
    case = READY["decide_extension"].case(world)
    assert isinstance(attempt(world, case, "request_extension", "clean_head"), Conflict)
    case = step(world, case, "decide_extension", "station", verdict="refuse", reason="尚有余时")
    assert attempt(world, case, "request_extension", "clean_head") is None


def test_the_first_extension_is_the_stations_the_second_the_bureaus_and_there_is_no_third(
    world: World,
) -> None:
    case = go(world, case_at(world, Stage.HANDLE), ("request_extension", "cleaner"))
    assert isinstance(attempt(world, case, "decide_extension", "bureau"), NotAllowed)
    case = go(world, case, ("decide_extension", "station"), ("request_extension", "cleaner"))
    assert isinstance(attempt(world, case, "decide_extension", "station"), NotAllowed)
    case = go(world, case, ("decide_extension", "bureau"))
    assert case.extensions == 2
    assert isinstance(attempt(world, case, "request_extension", "cleaner"), Conflict)


def test_another_dispatch_has_the_whole_limit_again(world: World) -> None:
    case = go(world, case_at(world, Stage.HANDLE), ("request_extension", "cleaner"))
    case = go(world, case, ("decide_extension", "station"), ("return_dispatch", "cleaner"))
    case = go(world, case, ("dispatch", "station"))
    assert case.extensions == 0


def test_what_was_asked_lapses_when_the_case_moves_on(world: World) -> None:
    case = go(world, READY["decide_suspension"].case(world), ("request_extension", "cleaner"))
    case = go(world, case, ("finish", "cleaner"))
    assert not case.suspension_asked
    assert not case.extension_asked
    assert {row.state for row in CaseRequest.objects.filter(case=case)} == {CaseRequest.State.LAPSED}
    last = case.events.order_by("-seq")[0]
    assert last.data["lapsed"] == ["extension", "suspension"]


def test_only_what_was_overdue_is_appealed_and_only_once(world: World) -> None:
    assert isinstance(attempt(world, case_at(world, Stage.CLOSED), "appeal", "cleaner"), Conflict)
    case = go(world, was_overdue(world), ("appeal", "cleaner"), ("decide_appeal", "bureau"))
    assert case.overdue_waived
    assert case.overdue_at is not None, "that it was late stays to be seen"
    assert isinstance(attempt(world, case, "appeal", "clean_head"), Conflict)


def test_an_objection_upheld_is_verified_anew(world: World) -> None:
    case = go(world, READY["decide_objection"].case(world), ("decide_objection", "station"))
    assert case.stage == Stage.VERIFY
    assert case.closed_at is None
    assert case.assignee is not None


def test_an_objection_refused_leaves_it_rejected_and_is_the_only_one(world: World) -> None:
    case = READY["decide_objection"].case(world)
    case = step(world, case, "decide_objection", "station", verdict="refuse", reason="确无问题")
    assert case.stage == Stage.REJECTED
    assert isinstance(attempt(world, case, "object", "hotline"), Conflict)


def test_an_objection_comes_within_three_days_of_work_and_a_reopening_within_thirty_of_any(
    world: World,
) -> None:
    rejected, closed = case_at(world, Stage.REJECTED), case_at(world, Stage.CLOSED)
    for case, action, who, days in ((rejected, "object", "hotline", 3), (closed, "reopen", "station", 30)):
        assert case.closed_at is not None
        last = case.closed_at + timedelta(days=days)
        raw = usual(world, action, who, "sign", case)
        assert tried(case, action, world.access(who, last), raw) is None
        late = tried(case, action, world.access(who, last + timedelta(seconds=1)), raw)
        assert isinstance(late, Conflict)


def test_only_whoever_reported_it_objects(world: World) -> None:
    case = case_at(world, Stage.REJECTED)
    assert isinstance(attempt(world, case, "object", "officer"), NotAllowed)
    mine = go(world, report(world, "worker"), ("reject", "officer"))
    assert attempt(world, mine, "object", "worker") is None
    assert isinstance(attempt(world, mine, "object", "worker2"), NotAllowed)


def test_the_same_person_never_asks_and_decides(world: World) -> None:
    case = go(world, case_at(world, Stage.PLAN), ("request_suspension", "station"))
    Case.objects.filter(pk=case.pk).update(takers=case.takers | {"request_suspension": None})
    CaseRequest.objects.filter(case=case).update(asked_by=world.people["bureau"])
    case.refresh_from_db()
    # Even with the memory of the takers gone, the request itself knows who asked.
    assert isinstance(attempt(world, case, "decide_suspension", "bureau"), Conflict)


def test_whoever_decides_is_told_that_something_is_asked(world: World) -> None:
    case = READY["decide_extension"].case(world)
    told = case.events.order_by("-seq")[0]
    assert told.data["unit"] == "cs-clean"
    assert told.at > NOW
