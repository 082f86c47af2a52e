"""Who is told at each level, and at which minute: in their own working time, at night only who is on duty."""

from datetime import datetime

import pytest

from accounts.models import Unit
from cases.models import Case, LadderRung
from cases.workflow import Stage
from core.models import Calendar
from core.services.revisions import revision_count_up
from tests.cases.deadlines.passing import (
    armed,
    at,
    fire,
    forget_told,
    handled,
    hears_from,
    rungs_said,
    take,
    told,
    told_time,
)
from tests.cast import World
from tests.ready import returned_twice
from tests.roster import away, on_duty, unposted
from tests.walk import case_at, report, step, usual

STATION = {"station", "station2"}
# When the second level of a case comes that was handed over on Saturday at ten with a limit of four hours.
SATURDAY = "11-28 18:00"
EVENING = at("11-23 18:00")


def climb(case: Case) -> dict[str, set[str]]:
    """Fire every rung of the case's stage by itself; who heard of which."""
    heard: dict[str, set[str]] = {}
    for kind in ("warning", "overdue", "level2", "level3"):
        forget_told()
        moment = next(iter(armed(case).values()))
        fire(moment)
        heard[kind] = {who for who, kinds in told(moment).items() if kind in kinds}
    return heard


def handed_over(world: World, when: str, condition: str = "litter", **more: str) -> Case:
    """With its unit from a moment on."""
    case = report(world)
    raw = usual(world, "verify", "officer", condition, case) | more
    case = step(world, case, "verify", "officer", now=at(when), **raw)
    forget_told()
    return case


def emergency(world: World, when: str) -> Case:
    """One that the cleaners have to see to at once."""
    return handed_over(world, when, "sign", track="emergency", lead_unit="cs-clean")


def heard(when: str | datetime, kind: str) -> dict[str, str]:
    """Let it become a moment, and tell: who hears of it from when, "" for at once."""
    fire(when)
    told(when)
    return hears_from(kind)


# --- who ------------------------------------------------------------------------------------------


def test_the_four_levels_of_handling(world: World) -> None:
    case = take(world, handled(world), "sign_for", "cleaner", "11-23 10:20")
    assert climb(case) == {
        "warning": {"cleaner"},
        "overdue": {"cleaner", "clean_head"},
        "level2": {"clean_head"} | STATION,
        "level3": {"bureau"},
    }


def test_a_repetition_is_told_to_whom_the_third_level_was(world: World) -> None:
    handled(world)
    fire("11-24 08:10")
    forget_told()
    fire("11-29 08:10")
    assert told("11-29 08:10") == {"bureau": ["level3"]}


@pytest.mark.parametrize(
    ("stage", "named", "leader", "head"),
    [
        (Stage.VERIFY, {"officer"}, {"leader_of_squad"}, {"leader_of_squad"}),
        (Stage.PLAN, STATION, STATION, set()),
        (Stage.DISPATCH, STATION, STATION, set()),
        (Stage.CALL_BACK, STATION | {"community"}, STATION | {"community"}, set()),
    ],
)
def test_the_four_levels_elsewhere(
    world: World, stage: Stage, named: set[str], leader: set[str], head: set[str]
) -> None:
    case = case_at(world, stage)
    if stage is Stage.VERIFY:
        case = take(world, case, "claim", "officer", "11-23 10:05")
    assert climb(case) == {
        "warning": named, "overdue": named | leader, "level2": head | STATION, "level3": {"bureau"},
    }  # fmt: skip


def test_the_bureaus_own_lateness_goes_to_its_leader(world: World) -> None:
    assert climb(case_at(world, Stage.APPROVE)) == {
        "warning": {"bureau"}, "overdue": {"bureau", "leader"}, "level2": {"leader"}, "level3": {"leader"},
    }  # fmt: skip


def test_it_does_so_whatever_a_citys_ladder_says(world: World) -> None:
    LadderRung.objects.create(level=4, percent=300, hears=["bureau", "unit_head"], supervision=3)
    revision_count_up(name="limits")
    assert climb(case_at(world, Stage.APPROVE))["level3"] == {"leader"}


def test_after_two_returns_it_is_the_bureaus_turn_and_lateness(world: World) -> None:
    assert climb(returned_twice(world)) == {
        "warning": {"bureau"}, "overdue": {"bureau", "leader"}, "level2": {"leader"} | STATION,
        "level3": {"leader"},
    }  # fmt: skip


def test_where_the_bureau_has_no_leader_it_hears_itself(world: World) -> None:
    unposted(world, "leader")
    assert climb(case_at(world, Stage.APPROVE))["level3"] == {"bureau"}


def test_those_hear_who_are_posted_when_it_is_told(world: World) -> None:
    handled(world)
    fire("11-23 14:10")
    unposted(world, "clean_head", at=at("11-23 14:00"))
    assert "overdue" not in told("11-23 14:20").get("clean_head", [])


# --- when -----------------------------------------------------------------------------------------


def test_inside_their_working_time_people_hear_at_once(world: World) -> None:
    handled(world)
    assert heard("11-23 14:10", "overdue") == {"cleaner": "", "clean_head": ""}


def test_who_works_on_saturday_hears_on_saturday_and_offices_on_monday(world: World) -> None:
    handed_over(world, "11-28 10:00")
    assert heard("11-28 14:00", "overdue") == {"cleaner": "", "clean_head": ""}
    assert heard(SATURDAY, "level2") == {
        "clean_head": "",
        "station": "11-30 09:00",
        "station2": "11-30 09:00",
    }


def test_a_unit_with_office_hours_is_left_in_peace_until_the_morning(world: World) -> None:
    Unit.objects.filter(code="cs-clean").update(calendar=Calendar.objects.get(code="offices"))
    case = handled(world)
    assert told_time(case.due_at) == "11-23 15:40"
    assert heard("11-23 18:30", "overdue") == {"cleaner": "11-24 09:00", "clean_head": "11-24 09:00"}
    # The rung's own time stays as it was.
    assert rungs_said(case)[-1]["due"] == at("11-23 15:40").isoformat()


def test_at_night_an_emergency_sounds_to_the_duty_officer_and_to_others_in_the_morning(world: World) -> None:
    on_duty(world, "colleague", since=EVENING)
    handed_over(world, "11-23 22:00", "manhole")
    found = heard("11-24 02:30", "level2")
    assert found == {"colleague": "", "station": "11-24 09:00", "station2": "11-24 09:00"}


def test_the_units_own_duty_comes_first_and_nobody_is_called_who_is_away(world: World) -> None:
    for who, where in (("colleague", "500115001"), ("clean_head", "cs-clean"), ("cleaner", "cs-clean")):
        on_duty(world, who, where, since=EVENING)
    away(world, "clean_head")
    emergency(world, "11-23 22:00")
    assert heard("11-23 22:15", "sign_for_late") == {
        "cleaner": "", "clean_head": "11-24 07:00", "station": "11-24 09:00", "station2": "11-24 09:00",
    }  # fmt: skip


def test_where_nobody_is_on_duty_those_it_waits_for_are_woken(world: World) -> None:
    emergency(world, "11-23 22:00")
    assert heard("11-23 22:15", "sign_for_late")["cleaner"] == ""


def test_by_day_an_emergency_is_told_to_those_of_the_rung_alone(world: World) -> None:
    on_duty(world, "colleague")
    emergency(world, "11-23 10:10")
    assert heard("11-23 10:25", "sign_for_late") == {"clean_head": "", "station": "", "station2": ""}


def test_nothing_but_an_emergency_wakes_the_duty_officer(world: World) -> None:
    on_duty(world, "colleague", since=at("11-28 12:00"))
    handed_over(world, "11-28 10:00")
    assert "colleague" not in heard(SATURDAY, "level2")


def test_a_rung_the_city_lets_sound_is_heard_by_all_at_once(world: World) -> None:
    hears = ["unit_head", "station"]
    LadderRung.objects.create(level=3, percent=200, hears=hears, supervision=2, sounds=True)
    revision_count_up(name="limits")
    handed_over(world, "11-28 10:00")
    assert heard(SATURDAY, "level2") == {"clean_head": "", "station": "", "station2": ""}
