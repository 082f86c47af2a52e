"""Whose task a case becomes: a table of situations, first the bare rule, then with rows."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from accounts.roles import Role
from cases.models import Case, UnitPart
from cases.selectors import parts_of
from cases.services.naming import Lineup, named_person
from cases.workflow import Stage
from tests.cases.test_budgets import counted
from tests.cast import BEGAN, NOW, World
from tests.roster import DAY, GRID, HOUR, STREET, away, on_duty, posted, unposted
from tests.walk import case_at, fixed, report

A, B, C, D = 1, 2, 3, 4
ALL = frozenset({A, B, C, D})
BARE = [
    ("the first who is there", Lineup(ALL), [A, B], A),
    ("nobody to ask", Lineup(ALL), [], None),
    ("one who can't do it", Lineup(frozenset({B})), [A, B], B),
    ("one whom four eyes bar", Lineup(ALL, barred=frozenset({A})), [A, B], B),
    ("everybody barred", Lineup(ALL, barred=ALL), [A, B], None),
    ("one who is away", Lineup(ALL, away={A: None}), [A, B], B),
    ("the deputy of one who is away", Lineup(ALL, away={A: C}), [A, B], C),
    ("a deputy who can't do it", Lineup(frozenset({A, B}), away={A: C}), [A, B], B),
    ("a deputy whom four eyes bar", Lineup(ALL, away={A: C}, barred=frozenset({C})), [A, B], B),
    ("the deputy of a deputy who is away too", Lineup(ALL, away={A: C, C: D}), [A, B], D),
    ("deputies in a ring, all away", Lineup(ALL, away={A: C, C: D, D: A}), [A, B], B),
    ("two who stand in for each other, both away", Lineup(ALL, away={A: C, C: A}), [A], None),
    ("a deputy by posting", Lineup(ALL, away={A: None}, deputies={A: [D]}), [A, B], D),
    ("the one named for the absence before the one posted", Lineup(ALL, {A: C}, {A: [D]}), [A, B], C),
    ("the one posted when the one named is away", Lineup(ALL, {A: C, C: None}, {A: [D]}), [A, B], D),
    ("no deputy for one who is there", Lineup(ALL, deputies={A: [D]}), [A, B], A),
    (
        "no deputy for one who is barred and there",
        Lineup(ALL, deputies={A: [D]}, barred=frozenset({A})),
        [A, B],
        B,
    ),
    ("the deputy of one who is barred and away", Lineup(ALL, away={A: D}, barred=frozenset({A})), [A, B], D),
    ("everybody away", Lineup(ALL, away=dict.fromkeys(ALL)), [A, B, C], None),
]


@pytest.mark.parametrize(("line", "people", "named"), [row[1:] for row in BARE], ids=[r[0] for r in BARE])
def test_the_bare_rule(line: Lineup, people: list[int], named: int | None) -> None:
    assert line.first(people) == named


Setting = Callable[[World], object]


def several(*settings: Setting) -> Setting:
    return lambda world: [setting(world) for setting in settings]


officer_away: Setting = lambda w: away(w, "officer")  # noqa: E731
all_away: Setting = several(officer_away, lambda w: away(w, "colleague"))
own_grid: Setting = lambda w: posted(w, "neighbour", Role.OFFICER, GRID)  # noqa: E731
VERIFY = [
    ("the first of the street", lambda w: None, "officer"),
    ("whoever is posted on the grid before the street's", own_grid, "neighbour"),
    ("whoever is on duty before the street's", lambda w: on_duty(w, "colleague"), "colleague"),
    ("the grid's own before whoever is on duty",
     several(own_grid, lambda w: on_duty(w, "colleague")), "neighbour"),
    ("the duty officer when the grid's own is away",
     several(own_grid, lambda w: on_duty(w, "colleague"), lambda w: away(w, "neighbour")), "colleague"),
    ("the deputy of the grid's own before the duty officer",
     several(own_grid, lambda w: on_duty(w, "colleague"), lambda w: away(w, "neighbour", "officer")),
     "officer"),
    ("a duty officer who is away is passed over",
     several(lambda w: on_duty(w, "colleague"), lambda w: away(w, "colleague")), "officer"),
    ("a duty turn that is over does not count",
     lambda w: on_duty(w, "colleague", since=NOW - 13 * HOUR), "officer"),
    ("a duty turn that has not begun does not count",
     lambda w: on_duty(w, "colleague", since=NOW + HOUR), "officer"),
    ("duty in another street does not count", lambda w: on_duty(w, "colleague", "500115002"), "officer"),
    ("whoever is on duty without the role is not named", lambda w: on_duty(w, "worker"), "officer"),
    ("an absence passes the task to the next", officer_away, "colleague"),
    ("an absence that has not begun does not count",
     lambda w: away(w, "officer", since=NOW + HOUR), "officer"),
    ("an absence that is over does not count",
     lambda w: away(w, "officer", since=NOW - 2 * DAY), "officer"),
    ("a deputy without the role there is passed over", lambda w: away(w, "officer", "worker"), "colleague"),
    ("all away: the pool", all_away, None),
    ("a deputy by posting stands in",
     several(lambda w: posted(w, "neighbour", Role.OFFICER, STREET, deputy_of="officer"), officer_away),
     "neighbour"),
    ("a deputy by posting waits while both are there",
     lambda w: posted(w, "neighbour", Role.OFFICER, STREET, deputy_of="officer"), "officer"),
    ("a closed login is nobody",
     lambda w: type(w.people["officer"]).objects.filter(username="officer").update(is_active=False),
     "colleague"),
    ("a posting that ended is none", lambda w: unposted(w, "officer"), "colleague"),
    ("no officer left: the pool",
     several(lambda w: unposted(w, "officer"), lambda w: unposted(w, "colleague")), None),
]  # fmt: skip


@pytest.mark.parametrize(("setting", "named"), [row[1:] for row in VERIFY], ids=[row[0] for row in VERIFY])
def test_who_verifies(world: World, setting: Setting, named: str | None) -> None:
    setting(world)
    case = report(world, "hotline")
    assert (case.assignee.username if case.assignee else None) == named


def test_nobody_verifies_what_they_reported_even_on_duty(world: World) -> None:
    on_duty(world, "officer")
    case = report(world, "officer")
    assert case.assignee == world.people["colleague"]


def test_the_one_who_reported_is_not_named_as_a_deputy_either(world: World) -> None:
    away(world, "colleague", "officer")
    assert report(world, "officer").assignee is None


def test_nobody_of_the_handling_side_checks_even_on_duty(world: World) -> None:
    case = case_at(world, Stage.CHECK)
    Case.objects.filter(pk=case.pk).update(takers=case.takers | {"handlers": [world.people["colleague"].pk]})
    case.refresh_from_db()
    on_duty(world, "colleague")
    away(world, "worker")
    away(world, "worker2")
    found = named_person(case, Stage.CHECK, NOW, parts_of(case))
    assert found == world.people["officer"]


def test_a_fix_is_checked_by_somebody_else_than_who_fixed_it(world: World) -> None:
    assert fixed(world, "worker").assignee == world.people["worker2"]
    away(world, "worker2")
    assert fixed(world, "worker").assignee == world.people["officer"]


def handled(world: World) -> Case:
    return case_at(world, Stage.HANDLE)


HANDLE = [
    ("the unit's only handler", lambda w: None, "cleaner"),
    ("whoever is on duty in the unit", lambda w: on_duty(w, "clean_head", "cs-clean"), "clean_head"),
    ("of two handlers none: the queue",
     lambda w: posted(w, "gardener", Role.UNIT_HANDLER, "cs-clean"), None),
    ("of two handlers the one on duty",
     several(lambda w: posted(w, "gardener", Role.UNIT_HANDLER, "cs-clean"),
             lambda w: on_duty(w, "gardener", "cs-clean")), "gardener"),
    ("the only handler away: the queue", lambda w: away(w, "cleaner"), None),
    ("the only handler's deputy", lambda w: away(w, "cleaner", "clean_head"), "clean_head"),
    ("duty in another unit does not count", lambda w: on_duty(w, "gardener", "cs-green"), "cleaner"),
]  # fmt: skip


@pytest.mark.parametrize(("setting", "named"), [row[1:] for row in HANDLE], ids=[row[0] for row in HANDLE])
def test_who_handles(world: World, setting: Setting, named: str | None) -> None:
    setting(world)
    case = handled(world)
    assert (case.assignee.username if case.assignee else None) == named


def test_nobody_is_named_for_a_call_back(world: World) -> None:
    assert case_at(world, Stage.CALL_BACK).assignee is None


def test_an_absence_over_the_turn_of_the_year_counts_on_both_sides(world: World) -> None:
    case = report(world)
    absence = away(world, "officer", since=datetime(2026, 12, 30, tzinfo=UTC))
    absence.ends_at = datetime(2027, 1, 4, 16, tzinfo=UTC)
    absence.save()
    seen = [
        named_person(case, Stage.VERIFY, moment)
        for moment in (
            datetime(2026, 12, 29, 23, tzinfo=UTC),
            datetime(2026, 12, 31, 15, 59, tzinfo=UTC),
            datetime(2026, 12, 31, 16, 1, tzinfo=UTC),
            datetime(2027, 1, 4, 15, 59, tzinfo=UTC),
            datetime(2027, 1, 4, 16, tzinfo=UTC),
        )
    ]
    assert [str(person) for person in seen] == ["队员甲", "队员乙", "队员乙", "队员乙", "队员甲"]


def test_naming_asks_once_and_at_the_check_for_those_barred(world: World) -> None:
    case = report(world)
    away(world, "officer", "colleague")
    on_duty(world, "colleague")
    with counted() as statements:
        named_person(case, Stage.VERIFY, NOW)
    assert len(statements) == 1
    part = UnitPart(unit=world.units["cs-clean"], active=True, dispatched_at=BEGAN)
    with counted() as statements:
        named_person(case, Stage.CHECK, NOW, [part])
    assert len(statements) <= 5
