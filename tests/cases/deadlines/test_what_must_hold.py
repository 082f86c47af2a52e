"""What must hold of clocks and timers: whatever breaks it is found, and named by the rule it breaks."""

from collections.abc import Callable

import pytest
from django.db.models import F

from cases.models import Case, Supervision
from cases.services.invariants import invariants_check
from core.models import Timer
from tests.cases.deadlines.passing import at, fire, handled, take
from tests.cast import World
from tests.ready import emergency_owing
from tests.walk import report

NAMES = {"clock", "timers", "lateness"}


def broken(when: str = "11-23 10:30") -> dict[str, tuple[str, ...]]:
    found = {f.invariant.name: f.examples for f in invariants_check(now=at(when)) if f.count}
    return {name: numbers for name, numbers in found.items() if name in NAMES}


def change(**columns: object) -> Callable[[Case], object]:
    return lambda case: Case.objects.filter(pk=case.pk).update(**columns)


BREAKS: dict[str, tuple[str, Callable[[Case], object]]] = {
    "an open case without a clock": ("clock", change(clock_since=None, due_at=None)),
    "a deadline before its lamp": ("clock", change(yellow_at=at("11-24 10:00"))),
    "a running clock without its timers": (
        "timers", lambda case: Timer.objects.filter(subject=f"case:{case.pk}", rule="stage").delete()),
    "a timer of a clock that is no more": ("timers", change(clock_generation=F("clock_generation") + 1)),
    "a rung in no history": ("lateness", change(clock_rung=2)),
    "a lateness in no history": ("lateness", change(overdue_at=at("11-23 10:00"))),
    "a level nobody attached": ("lateness", change(escalation=1)),
}  # fmt: skip


@pytest.mark.parametrize("what", BREAKS)
def test_it_is_found(world: World, what: str) -> None:
    case = handled(world)
    assert broken() == {}
    name, act = BREAKS[what]
    act(case)
    assert broken()[name] == (case.number,)


def test_something_armed_for_a_case_that_is_done_is_found(world: World) -> None:
    case = take(world, report(world), "void", "bureau", "11-23 10:20")
    assert broken() == {}
    Timer.objects.filter(subject=f"case:{case.pk}", rule="stage", level=4).update(state="armed")
    assert broken() == {"timers": (case.number,)}


def test_something_armed_while_a_clock_rests_is_found(world: World) -> None:
    case = take(world, handled(world), "request_suspension", "cleaner", "11-23 10:20")
    case = take(world, case, "decide_suspension", "bureau", "11-23 10:25")
    assert broken() == {}
    Timer.objects.filter(subject=f"case:{case.pk}", rule="sign_for").update(state="armed")
    assert broken() == {"timers": (case.number,)}


def test_an_owed_plan_without_its_timer_is_found_and_one_that_fired_is_not(world: World) -> None:
    case = emergency_owing(world)
    fire("11-24 18:00")
    assert broken("11-24 18:00") == {}
    Timer.objects.filter(subject=f"case:{case.pk}", rule="plan_owed").delete()
    assert broken("11-24 18:00") == {"timers": (case.number,)}


def test_a_supervision_that_is_gone_is_missed(world: World) -> None:
    case = handled(world)
    fire("11-23 14:10")
    assert broken("11-23 14:10") == {}
    Supervision.objects.filter(case=case).delete()
    assert broken("11-23 14:10") == {"lateness": (case.number,)}
