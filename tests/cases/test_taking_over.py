"""Nobody's task is taken unseen: whoever takes one over says whose it was, and that person is told."""

from accounts.roles import Role
from cases.services.handover import task_to_pool
from cases.workflow import Stage
from core.errors import BadInput, Conflict
from tests.cases.attempts import later, tried
from tests.cases.test_handover import LATER, holder, kinds_told, last_event
from tests.cast import World
from tests.roster import STREET, away, on_duty, posted
from tests.walk import case_at, go, report, usual


def test_a_colleague_does_not_take_somebodys_task_without_saying_whose_it_is(world: World) -> None:
    case = report(world)
    refusal = tried(case, "claim", world.access("colleague", later(case)), {})
    assert isinstance(refusal, Conflict)
    assert "队员甲" in str(refusal)
    assert refusal.extra["held_by"] == "officer"
    assert holder(case) == "officer"


def test_who_says_whose_it_is_takes_it_over_and_the_former_person_is_told(world: World) -> None:
    case = report(world)
    assert tried(case, "claim", world.access("colleague", later(case)), {"held_by": "officer"}) is None
    go(world, case, ("claim", "colleague"))
    assert holder(case) == "colleague"
    assert last_event(case).data["former"] == world.people["officer"].pk
    assert kinds_told("officer") == ["task", "taken"]
    assert kinds_told("colleague") == []


def test_whoever_was_slower_sees_who_has_it_now(world: World) -> None:
    case = report(world)
    posted(world, "neighbour", Role.OFFICER, STREET)
    go(world, case, ("claim", "colleague"))
    refusal = tried(case, "claim", world.access("neighbour", later(case)), {"held_by": "officer"})
    assert isinstance(refusal, Conflict)
    assert refusal.extra["held_by"] == "colleague"


def test_a_task_of_nobody_and_ones_own_are_claimed_without_a_word(world: World) -> None:
    case = report(world)
    access = world.access("officer", later(case))
    assert tried(case, "claim", access, {}) is None
    task_to_pool(case_id=case.pk, cause="unattended", now=LATER)
    case.refresh_from_db()
    assert tried(case, "claim", access, {}) is None
    refusal = tried(case, "claim", access, {"held_by": "colleague"})
    assert isinstance(refusal, Conflict)


def test_only_the_system_passes_on(world: World) -> None:
    case = report(world)
    refusal = tried(case, "reassign", world.access("leader_of_squad", later(case)), {})
    assert isinstance(refusal, Conflict)
    assert "{" not in str(refusal)


def test_nobody_away_is_offered_as_a_candidate(world: World) -> None:
    case = report(world)
    raw = usual(world, "assign", "leader_of_squad", case=case)
    away(world, "colleague")
    refusal = tried(case, "assign", world.access("leader_of_squad", later(case)), raw)
    assert isinstance(refusal, BadInput)
    assert refusal.field == "person"


def test_whoever_signs_does_not_take_the_task_from_whoever_is_on_duty(world: World) -> None:
    on_duty(world, "clean_head", "cs-clean")
    case = go(world, case_at(world, Stage.HANDLE), ("sign_for", "cleaner"))
    assert holder(case) == "clean_head"
