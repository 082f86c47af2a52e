"""Somebody hands tasks over: a leader to a person, into the pool or by the rule; everybody their own."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.roles import Role
from cases.models import Case, CaseEvent
from cases.services.handover import POOL, RULE, Picked, tasks_hand_over
from cases.workflow import Action, Stage
from core.errors import BadInput
from tests.cases.test_handover import LATER, holder, kinds_told, last_event
from tests.cast import NOW, World
from tests.roster import HOUR, away, posted
from tests.walk import case_at, go, report


def picked(*cases: Case, held_by: str = "") -> list[Picked]:
    for case in cases:
        case.refresh_from_db()
    return [
        Picked(c.number, c.version, held_by or (c.assignee.username if c.assignee else "-")) for c in cases
    ]


def hand(world: World, who: str, tasks: list[Picked], to: str, key: str = "", **more: Any) -> dict[str, Any]:
    access = world.access(who, LATER)
    return tasks_hand_over(access=access, picked=tasks, to=to, key=key or str(uuid4()), now=LATER, **more)


def test_a_leader_gives_several_tasks_to_one_person_each_with_its_event(world: World) -> None:
    cases = [report(world) for _n in range(3)]
    answer = hand(world, "leader_of_squad", picked(*cases), "colleague")
    assert answer == {"done": [case.number for case in cases], "refused": []}
    assert {holder(case) for case in cases} == {"colleague"}
    assert {last_event(case).actor for case in cases} == {world.people["leader_of_squad"]}
    assert {last_event(case).data["former"] for case in cases} == {world.people["officer"].pk}


def test_what_was_refused_says_why_and_does_not_hinder_the_others(world: World) -> None:
    own, gone, fine = report(world, "colleague"), report(world), report(world)
    tasks = picked(own, gone, fine)
    go(world, gone, ("reject", "officer"))
    answer = hand(world, "leader_of_squad", tasks, "colleague")
    assert answer["done"] == [fine.number]
    assert {row["number"] for row in answer["refused"]} == {own.number, gone.number}
    assert all(len(row["detail"]) > 5 for row in answer["refused"])


def test_a_leader_puts_tasks_into_the_pool(world: World) -> None:
    case = report(world)
    assert hand(world, "leader_of_squad", picked(case), POOL)["done"] == [case.number]
    assert holder(case) == ""
    assert last_event(case).action == Action.RELEASE
    assert kinds_told("officer") == ["task", "taken"]
    assert kinds_told("leader_of_squad") == []


def test_by_the_rule_an_absent_persons_task_goes_to_the_deputy(world: World) -> None:
    case = report(world)
    away(world, "officer", "colleague")
    assert hand(world, "leader_of_squad", picked(case), RULE)["done"] == [case.number]
    assert holder(case) == "colleague"
    event = last_event(case)
    assert event.data["asked_by"] == world.people["leader_of_squad"].pk
    assert (event.action, event.data["cause"]) == (Action.REASSIGN, "asked")


def test_by_the_rule_a_task_never_goes_back_to_whoever_had_it(world: World) -> None:
    case = report(world)
    hand(world, "leader_of_squad", picked(case), RULE)
    assert holder(case) == "colleague"


def test_everybody_hands_over_their_own_tasks_by_the_rule_and_no_others(world: World) -> None:
    mine, theirs = report(world), go(world, report(world), ("claim", "colleague"))
    answer = hand(world, "officer", picked(mine, theirs), RULE)
    assert answer["done"] == [mine.number]
    assert holder(mine) == "colleague"
    assert hand(world, "officer", picked(theirs), "officer")["done"] == []
    assert hand(world, "colleague", picked(mine), POOL)["done"] == []


def test_nobody_outside_hands_anything_over(world: World) -> None:
    case = report(world)
    for who in ("neighbour", "stranger", "station", "worker", "admin", "clean_head"):
        for to in ("colleague", POOL, RULE):
            assert hand(world, who, picked(case), to)["done"] == [], (who, to)
    assert holder(case) == "officer"
    assert case.events_count == 1


def test_a_task_is_not_given_to_somebody_who_is_away(world: World) -> None:
    case = report(world)
    away(world, "colleague")
    refused = hand(world, "leader_of_squad", picked(case), "colleague")["refused"]
    assert [row["number"] for row in refused] == [case.number]
    assert holder(case) == "officer"


def test_a_unit_head_hands_over_the_units_work_alone(world: World) -> None:
    posted(world, "gardener", Role.UNIT_HANDLER, "cs-clean")
    handled, verified = case_at(world, Stage.HANDLE), report(world)
    tasks = picked(handled, verified)
    moment = handled.stage_since + HOUR
    answer = tasks_hand_over(
        access=world.access("clean_head", moment), picked=tasks, to="gardener", key="k", now=moment
    )
    assert answer["done"] == [handled.number]
    assert holder(handled) == "gardener"


def test_the_same_key_again_hands_over_once(world: World) -> None:
    case = report(world)
    tasks = picked(case)
    for to in ("colleague", "colleague"):
        assert hand(world, "leader_of_squad", tasks, to, key="one")["done"] == [case.number]
    assert hand(world, "leader_of_squad", picked(case), RULE, key="two")["done"] == [case.number]
    assert CaseEvent.objects.filter(case=case).exclude(action=Action.ESCALATE).count() == 3


@pytest.mark.parametrize(
    ("tasks", "to", "key"),
    [(0, "colleague", "k"), (101, "colleague", "k"), (1, "", "k"), (1, "colleague", ""), (1, RULE, "k" * 61)],
)
def test_a_hand_over_that_cannot_be_is_refused_whole(world: World, tasks: int, to: str, key: str) -> None:
    many = [Picked(f"5001152026112300{n:03d}", 1) for n in range(tasks)]
    with pytest.raises(BadInput):
        tasks_hand_over(access=world.access("leader_of_squad"), picked=many, to=to, key=key, now=NOW)


def test_by_the_rule_with_nobody_there_a_task_of_nobody_stays_with_a_sentence(world: World) -> None:
    away(world, "officer")
    away(world, "colleague")
    case = report(world)
    refused = hand(world, "leader_of_squad", picked(case), RULE)["refused"]
    assert [row["number"] for row in refused] == [case.number]
