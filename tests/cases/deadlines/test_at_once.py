"""Two dispatchers and steps on the same cases at the same moment, on PostgreSQL. Takes some seconds."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from cases.models import Case, CaseEvent, Supervision
from cases.selectors import one_locked
from cases.services.advance import case_advance
from cases.services.history_verify import history_breaks
from cases.workflow import Action, Stage
from core.errors import CityError
from core.models import OutboxEvent, Timer
from core.services.timers import timers_fire
from tests.cases.deadlines.passing import at, fire, handled, late, sound, take
from tests.cast import World, build_world
from tests.core.test_timers_at_once import deadlocks, held_by_another
from tests.together import at_once
from tests.walk import report, usual

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
LATE = "11-23 14:10"  # when what was handed over at 10:10 is due


@pytest.fixture
def city() -> World:
    return build_world()


def stepping(world: World, case: Case, action: str, who: str, when: str = LATE) -> Callable[[], Any]:
    """A step of its own connection; what it answers, or the refusal."""
    access, raw = world.access(who, at(when)), usual(world, action, who, "litter", case)
    facts: dict[str, Any] = {
        "number": case.number,
        "action": action,
        "access": access,
        "raw": raw,
        "version": case.version,
    }

    def go() -> Any:
        try:
            return case_advance(key=str(uuid4()), now=at(when), **facts)
        except CityError as refusal:
            return refusal

    return go


def dispatching(over: threading.Event, when: str = LATE) -> Callable[[], None]:
    """A dispatcher that works in small batches until told to stop."""

    def go() -> None:
        while not over.is_set():
            timers_fire(now=at(when), limit=7)

    return go


def meet(*steps: Callable[[], Any], when: str = LATE) -> list[Any]:
    """All steps at one moment among two dispatchers; what came of the steps."""
    over = threading.Event()

    def walk() -> list[Any]:
        try:
            return at_once(*steps)
        finally:
            over.set()

    found = at_once(walk, dispatching(over, when), dispatching(over, when))
    assert found[1:] == [None, None], found
    fire(when)
    return list(found[0])


def each_once() -> None:
    """No rung stands twice in a history, none was told twice, and every chain is whole."""
    events = CaseEvent.objects.filter(action=Action.ESCALATE)
    rungs = Counter((e.case_id, e.data["rule"], e.data["level"], e.data["due"]) for e in events)
    assert set(rungs.values()) == {1}
    told = Counter(
        (row.subject, row.payload["rule"], row.payload["level"], row.payload["of"])
        for row in OutboxEvent.objects.filter(topic="case.rung")
    )
    assert set(told.values()) == {1}
    levels = Counter(Supervision.objects.values_list("case", "level"))
    assert set(levels.values()) <= {1}
    assert [broken for _checked, found in history_breaks() for broken in found] == []


def test_dispatchers_and_steps_settle_each_rung_once_and_lose_none(city: World) -> None:
    before, cases = deadlocks(), [handled(city) for _case in range(8)]
    steps = [stepping(city, case, *what) for case in cases[:6] for what in (
        ("finish", "cleaner"), ("note", "station"), ("remind", "bureau"),
    )]  # fmt: skip
    came = meet(*steps)
    assert not [
        answer for answer in came if isinstance(answer, Exception) and not isinstance(answer, CityError)
    ]
    for case in cases:
        case.refresh_from_db()
        stage = [found for found in late(case) if found[0] == "stage"]
        assert [level for _rule, level, _at in stage] == [1, 2], case.number
        assert case.overdue_at == at(LATE)
    assert {case.stage for case in cases[:6]} == {Stage.CHECK}
    assert {(case.stage, case.clock_rung, case.escalation) for case in cases[6:]} == {(Stage.HANDLE, 2, 1)}
    each_once()
    sound(LATE)
    # The rest of the ladder is with the two nobody came to.
    fire("11-24 08:10")
    each_once()
    assert deadlocks() == before
    # Nothing stood in anybody's way so long that it was given up.
    assert set(Timer.objects.values_list("attempts", flat=True)) == {0}


def test_the_end_of_a_suspension_and_a_mark_beside_it_both_happen(city: World) -> None:
    until, cases = at("11-24 10:00").isoformat(), []
    for _case in range(4):
        case = take(city, handled(city), "request_suspension", "cleaner", "11-23 11:00", until=until)
        cases.append(take(city, case, "decide_suspension", "bureau", "11-23 11:10"))
    when = "11-24 10:00"
    answers = meet(*(stepping(city, case, "note", "station", when) for case in cases), when=when)
    for case, answer in zip(cases, answers, strict=True):
        actions = list(CaseEvent.objects.filter(case=case, at=at(when)).values_list("action", flat=True))
        # Whoever noted it on the version before the clock went on is told so, and may do it again.
        noted = not isinstance(answer, CityError)
        assert Counter(actions) == Counter({"resume": 1} | ({"note": 1} if noted else {}))
    each = Case.objects.filter(pk__in=[case.pk for case in cases])
    assert set(each.values_list("suspended_until", "clock_since")) == {(None, at(when))}
    sound(when)


def test_a_task_is_taken_up_or_goes_to_the_pool_and_never_both(city: World) -> None:
    when = "11-23 10:30"
    cases = [report(city) for _case in range(6)]
    meet(*(stepping(city, case, "claim", "officer", when) for case in cases), when=when)
    for case in cases:
        case.refresh_from_db()
        pooled = CaseEvent.objects.filter(case=case, action=Action.REASSIGN).count()
        claimed = CaseEvent.objects.filter(case=case, action=Action.CLAIM).count()
        assert (pooled, claimed) in {(0, 1), (1, 0), (1, 1)}
        # Where both happened, it came into the pool first and was claimed from there.
        assert (case.assignee_id is not None) == bool(claimed)
    sound(when)


def test_a_case_somebody_holds_is_passed_over_and_settled_by_their_step(city: World) -> None:
    case, other = handled(city), handled(city)
    with held_by_another(lambda: one_locked(Case.objects.filter(pk=case.pk))):
        came = timers_fire(now=at(LATE))
    assert (came.fired, came.busy) == (4, 4)
    assert (len(late(case)), len(late(other))) == (0, 3)
    take(city, case, "finish", "cleaner", LATE)
    assert fire(LATE) == 0
    assert len(late(case)) == 3
    each_once()
    connection.close()
