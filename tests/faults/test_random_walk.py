"""Whatever people press, in whatever order: a step or a sentence, and the history holds.

``make fuzz`` plays more of the same. A walk is known by its seed; the failure names it with all attempts.
"""

import re
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.workflow import OF_THE_SYSTEM, STEPS, Action
from tests.dead_rows import sweep
from tests.faults.city import City, build_city
from tests.faults.dice import FIELDS
from tests.faults.model import Broken, play
from tests.walk import INPUTS

LENGTH = 15
# So many of the steps may be missing from a hundred walks: those that ask for others before them. ``make
# fuzz`` has the time for them.
RARE = 8


@pytest.fixture
def city(transactional_db: None) -> City:
    """In transactions of their own, so that what walks take back can be swept away between them."""
    return build_city()


@pytest.mark.parametrize("first", [0, 100])
def test_a_hundred_random_walks_hold_every_rule_and_take_every_step(city: City, first: int) -> None:
    tally: Counter[str] = Counter()
    for seed in range(first, first + 100):
        tally += play(city, seed, LENGTH)
        if seed % 20 == 0:
            sweep()
    missed = {action.value for action in Action} - OF_THE_SYSTEM - {name.split()[0] for name in tally}
    assert len(missed) <= RARE, sorted(missed)
    # A walk of refusals alone would prove little, and so would one of successes.
    right, wrong = tally["right ✓"], sum(n for name, n in tally.items() if name.endswith("✗"))
    assert right > 4 * tally["right ✗"]
    assert wrong > 300


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(min_value=1000))
def test_a_walk_of_any_seed_holds_every_rule(city: City, seed: int) -> None:
    play(city, seed, LENGTH)


def test_every_step_has_its_usual_input_and_every_field_a_maker() -> None:
    needy = {step.action.value for step in STEPS if step.sources and (step.needs or step.either)}
    assert needy - set(INPUTS) == set(), "give these steps their usual input in tests/walk.py::INPUTS"
    unknown = {name for step in STEPS for name in step.fields} - set(FIELDS)
    assert unknown == set(), "give these fields a maker in tests/faults/dice.py::FIELDS"


def test_a_broken_rule_is_told_with_its_seed_and_the_way_there(city: City, monkeypatch) -> None:
    """The walk itself can fail: one who may check their own work is found out."""
    monkeypatch.setattr("cases.policies.offered.check_four_eyes", lambda *_args: None)
    soon = range(15, 55)  # where the dice let somebody try within a few walks
    told = next((str(broken) for seed in soon if (broken := broken_by(city, seed))), "")
    assert re.match(r"seed \d+: (judged their own|checked own work)", told)


def broken_by(city: City, seed: int) -> Broken | None:
    try:
        play(city, seed, LENGTH)
    except Broken as broken:
        return broken
    return None
