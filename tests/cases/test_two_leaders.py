"""Two leaders, two systems, two colleagues in the same moment, on a database where they truly meet."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.roles import Role
from cases.models import Case, CaseEvent
from cases.services.handover import Picked, orphans_reassign, tasks_hand_over
from core.errors import Conflict
from grids.models import Absence
from grids.services.absences import AbsenceAbout, absence_enter
from tests.cases.attempts import later, take
from tests.cast import NOW, World, build_world
from tests.core.test_concurrency import history_holds
from tests.roster import DAY, HOUR, STREET, posted, unposted
from tests.together import at_once
from tests.walk import report

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city(transactional_db: None) -> World:
    """The cast, committed, with a second leader and a third officer."""
    world = build_world()
    posted(world, "section_head", Role.SQUAD_LEADER, STREET)
    posted(world, "neighbour", Role.OFFICER, STREET)
    return world


def hand(world: World, who: str, case: Case, to: str) -> dict[str, Any]:
    access, moment = world.access(who, later(case)), later(case)
    seen = [Picked(case.number, 1, "officer")]
    return tasks_hand_over(access=access, picked=seen, to=to, key=str(uuid4()), now=moment)


def test_of_two_leaders_at_the_same_task_one_gives_it_and_the_other_hears_to_whom(city: World) -> None:
    case = report(city)
    answers = at_once(
        lambda: hand(city, "leader_of_squad", case, "colleague"),
        lambda: hand(city, "section_head", case, "neighbour"),
    )
    assert sorted(len(answer["done"]) for answer in answers) == [0, 1]
    case.refresh_from_db()
    assert case.assignee is not None
    [refused] = [row for answer in answers for row in answer["refused"]]
    assert str(case.assignee) in refused["detail"]
    assert CaseEvent.objects.filter(case=case).count() == 2
    assert history_holds(case)


def test_of_two_colleagues_at_a_task_of_nobody_one_takes_it(city: World) -> None:
    case = report(city)
    Case.objects.filter(pk=case.pk).update(assignee=None)
    accesses = [city.access(who, later(case)) for who in ("officer", "colleague", "neighbour")]
    jobs = [lambda access=access: take(case, "claim", access, {}) for access in accesses]
    results = at_once(*jobs)
    assert sum(isinstance(r, dict) for r in results) == 1, results
    assert sum(isinstance(r, Conflict) for r in results) == 2
    assert history_holds(case)


def test_two_workers_pass_each_orphan_on_once(city: World) -> None:
    cases = [report(city) for _n in range(6)]
    unposted(city, "officer")
    passed = at_once(*[lambda: orphans_reassign(now=NOW + HOUR)] * 3)
    assert sum(passed) == 6, passed
    assert CaseEvent.objects.filter(action="reassign").count() == 6
    assert all(history_holds(case) for case in cases)


def test_of_two_equal_absences_entered_at_once_one_is_kept(city: World) -> None:
    about = AbsenceAbout("leave", NOW + HOUR, NOW + DAY)
    jobs = [
        lambda who=who: absence_enter(
            access=city.access(who), username="officer", about=about, now=NOW, key=who
        )
        for who in ("officer", "leader_of_squad")
    ]
    results = at_once(*jobs)
    assert sum(isinstance(r, Conflict) for r in results) == 1, results
    assert Absence.objects.count() == 1
