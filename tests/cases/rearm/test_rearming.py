"""A change of limits, ladders or calendars shows first what it does to open cases, then re-arms exactly
those."""

from datetime import timedelta

import pytest

from cases.deadlines import Limit
from cases.lamps import lamp_of
from cases.models import Case, Lamp
from cases.services.rearm import LimitsChange, PreviewStale, Renewal, operator_rearm, rearm_preview
from cases.workflow import OPEN, Stage
from core.errors import Conflict, KeyReused, NotAllowed
from core.models import AuditEntry, Revision
from core.services.timers import timers_fire
from tests.cases.rearm.helpers import (
    MONDAY,
    SOON,
    TUESDAY,
    armed,
    broken,
    change,
    days_off,
    finish,
    limit,
    preview,
    rearmed,
    rows,
    rung,
    start,
)
from tests.cast import FAR_AWAY, NOW, World
from tests.walk import case_at, report

STAGES = (Stage.APPROVE, Stage.HANDLE, Stage.CHECK, Stage.CALL_BACK, Stage.CLOSED)


@pytest.fixture
def city(world: World) -> World:
    """A fresh case, and one that waits for its plan."""
    report(world)
    case_at(world, Stage.PLAN)
    return world


def at(stage: Stage) -> Case:
    return Case.objects.get(stage=stage)


def test_a_holiday_shows_its_effect_on_open_cases_and_rearms_exactly_those(city: World) -> None:
    for stage in STAGES:
        case_at(city, stage)
    wanted, before = days_off("offices", TUESDAY), rows()
    seen = preview(city, wanted)
    assert rows() == before
    job = start(city, wanted, digest=seen.digest)
    assert rows() == before
    assert finish(job).state == "done"
    after = rows()
    # What waits for an office counts its days there; squads and sanitation work every day.
    moved = {Stage(row["stage"]) for pk, row in after.items() if row != before[pk]}
    assert moved == {Stage.PLAN, Stage.APPROVE, Stage.CALL_BACK}
    for pk, row in after.items():
        if Stage(row["stage"]) in moved:
            assert row["version"] == before[pk]["version"] + 1
            assert row["events"][:-1] == before[pk]["events"]
    assert (job.done, job.total, seen.counts.changed, seen.counts.looked_at, seen.open) == (3, 3, 3, 3, 6)
    # Only the call-back has its deadline behind the day; of the others the upper levels move.
    assert (seen.counts.later, seen.counts.earlier, seen.counts.same) == (1, 0, 2)
    shown = {example.number: (example.before, example.after) for example in seen.examples}
    found = {row["number"]: (before[pk]["due_at"], row["due_at"]) for pk, row in after.items()}
    assert shown == {number: found[number] for number in shown}
    assert len(shown) == 3
    assert broken() == set()


def test_what_was_reckoned_anew_says_so_and_why(city: World) -> None:
    case = case_at(city, Stage.CALL_BACK)
    due, generation = case.due_at, case.clock_generation
    job = change(city, days_off("offices", TUESDAY))
    case.refresh_from_db()
    (event,) = rearmed(case)
    assert (event.actor, event.role, event.from_stage, event.to_stage) == (None, "", "call_back", "call_back")
    assert (event.data["job"], event.data["was"]) == (job.pk, due.isoformat() if due else "")
    assert event.data["clock"]["how"] == "rearm"
    assert event.data["clock"]["due"] == case.due_at.isoformat() if case.due_at else ""
    assert (event.version, case.clock_generation) == (case.version, generation + 1)
    assert armed(case)["stage", 2] == case.due_at
    entry = AuditEntry.objects.get(action="rearm.calendar")
    assert (entry.actor, entry.subject, entry.reason) == (city.people["admin"], f"rearm:{job.pk}", "市里通知")
    assert (entry.before, entry.after["version"]) == ({"version": 1}, 2)
    assert entry.after["numbers"]["changed"] == 2


def test_a_shorter_limit_makes_cases_overdue_and_what_lies_in_the_past_fires_at_once(city: World) -> None:
    wanted, case = limit(Stage.PLAN, 5, "工作分"), at(Stage.PLAN)
    seen = preview(city, wanted)
    assert (seen.counts.changed, seen.counts.overdue_at_once, seen.counts.at_once) == (1, 1, 1)
    change(city, wanted)
    case.refresh_from_db()
    assert (case.clock_total, case.clock_rung, lamp_of(case, SOON)) == (300, 0, Lamp.RED)
    timers_fire(now=SOON)
    case.refresh_from_db()
    assert case.clock_rung == 2
    assert case.overdue_at == case.due_at == case.stage_since + timedelta(minutes=5)
    assert broken() == set()


def test_a_longer_limit_puts_the_deadline_off_and_its_rungs_come_again(city: World) -> None:
    case = case_at(city, Stage.CHECK)
    late = SOON + timedelta(hours=5)
    timers_fire(now=late)
    case.refresh_from_db()
    assert (case.clock_rung, case.escalation, case.overdue_at) == (2, 1, case.due_at)
    was = case.due_at
    wanted = limit(Stage.CHECK, 3, "工作日")
    seen = preview(city, wanted, now=late)
    assert (seen.counts.overdue_no_more, seen.counts.later, seen.counts.at_once) == (1, 1, 0)
    change(city, wanted, now=late)
    case.refresh_from_db()
    assert (case.clock_rung, case.escalation, lamp_of(case, late)) == (0, 0, Lamp.GREEN)
    # That it was late by the rules of that day stays to be seen.
    assert case.overdue_at == was
    assert {level for rule, level in armed(case) if rule == "stage"} == {1, 2, 3, 4}
    assert broken() == set()


def test_another_rung_moves_itself_alone_and_what_has_fired_stays_fired(city: World) -> None:
    case = at(Stage.PLAN)
    late = NOW + timedelta(days=1)
    timers_fire(now=late)
    case.refresh_from_db()
    due, before = case.due_at, armed(case)
    assert case.clock_rung == 2
    change(city, rung(Stage.PLAN, 3, percent=250), now=late)
    case.refresh_from_db()
    assert (case.due_at, case.clock_rung, case.escalation) == (due, 2, 1)
    after = armed(case)
    assert after["stage", 3] > before["stage", 3]
    assert after["stage", 4] == before["stage", 4]
    assert {case.stage for case in Case.objects.exclude(pk=case.pk) if rearmed(case)} == set()
    assert broken() == set()


def test_a_rung_that_comes_earlier_now_fires_at_once(city: World) -> None:
    case = at(Stage.PLAN)
    late = NOW + timedelta(days=1)
    timers_fire(now=late)
    wanted = rung(Stage.PLAN, 3, percent=110, past_days=0, not_before=None)
    assert preview(city, wanted, now=late).counts.at_once == 1
    change(city, wanted, now=late)
    timers_fire(now=late)
    case.refresh_from_db()
    assert (case.clock_rung, case.escalation) == (3, 2)
    assert broken() == set()


def test_a_limit_of_one_track_leaves_the_others(city: World) -> None:
    assert preview(city, limit(Stage.PLAN, 9, "工作时", track="emergency")).counts.looked_at == 0
    assert preview(city, limit(Stage.PLAN, 9, "工作时", track="standard")).counts.changed == 1


def test_a_limit_for_cases_not_verified_goes_by_the_track_their_condition_asks_for(city: World) -> None:
    key = city.conditions["manhole"].case_class.key
    case = report(city, case_class=key, condition=1)
    seen = preview(city, limit(Stage.VERIFY, 45, "紧急工作分", track="emergency"))
    assert [example.number for example in seen.examples] == [case.number]


def test_the_city_can_go_back_to_what_is_built_in(city: World) -> None:
    case = at(Stage.PLAN)
    due = case.due_at
    change(city, limit(Stage.PLAN, 9, "工作时"))
    change(city, LimitsChange({(str(Stage.PLAN), ""): None}), now=SOON + timedelta(minutes=5))
    case.refresh_from_db()
    assert (case.due_at, len(rearmed(case))) == (due, 2)
    assert broken() == set()


@pytest.mark.parametrize("wanted", [LimitsChange({("plan", ""): None}), LimitsChange({})])
def test_what_changes_nothing_is_refused(city: World, wanted: LimitsChange) -> None:
    with pytest.raises(Conflict):
        preview(city, wanted)


def test_what_was_previewed_is_refused_once_other_rules_hold(city: World) -> None:
    wanted = limit(Stage.PLAN, 9, "工作时")
    digest = preview(city, wanted).digest
    for other in (limit(Stage.CHECK, 9, "工作时"), days_off("offices", TUESDAY)):
        change(city, other)
        before = rows()
        with pytest.raises(PreviewStale):
            start(city, wanted, digest=digest)
        assert rows() == before
        digest = preview(city, wanted).digest
    assert start(city, wanted, digest=digest).total == 1


def test_a_second_press_is_the_same_start_and_another_one_with_its_key_is_refused(city: World) -> None:
    wanted = limit(Stage.PLAN, 9, "工作时")
    digest = preview(city, wanted).digest
    one, again = (start(city, wanted, digest=digest, key="k") for _press in range(2))
    assert one == again
    assert Revision.objects.get(name="limits").number == 1
    with pytest.raises(KeyReused):
        start(city, limit(Stage.PLAN, 8, "工作时"), key="k")


def test_nobody_but_an_administrator_looks_or_starts(city: World) -> None:
    wanted = limit(Stage.PLAN, 9, "工作时")
    for who in ("station", "bureau", "worker", "leader"):
        with pytest.raises(NotAllowed):
            preview(city, wanted, who)
        with pytest.raises(NotAllowed):
            start(city, wanted, who, digest="0" * 64)


def test_the_administrator_of_the_next_district_neither_sees_nor_moves_what_is_not_theirs(
    city: World,
) -> None:
    theirs = report(city, "stranger_officer", position=FAR_AWAY)
    wanted, before = limit(Stage.VERIFY, 3, "工作时"), rows()
    ours = preview(city, wanted)
    seen = preview(city, wanted, "stranger_admin")
    assert [example.number for example in seen.examples] == [theirs.number]
    assert (seen.open, seen.counts.changed, ours.counts.changed) == (1, 1, 1)
    with pytest.raises(PreviewStale):
        start(city, wanted, "stranger_admin", digest=ours.digest)
    change(city, wanted, "stranger_admin")
    after = rows()
    assert {pk for pk, row in after.items() if row != before[pk]} == {theirs.pk}
    # The rules hold in every district; ours follow when our own administrator says so.
    assert preview(city, Renewal()).counts.changed == 1
    assert change(city, Renewal()).done == 1
    assert broken() == set()


def test_the_operator_lets_the_cases_of_all_districts_follow(city: World) -> None:
    report(city, "stranger_officer", position=FAR_AWAY)
    wanted = limit(Stage.VERIFY, 3, "工作时")
    seen = rearm_preview(change=wanted, access=None, now=SOON)
    assert seen.counts.changed == 2
    operator_rearm(change=wanted, reason="全市", digest=seen.digest, now=SOON)
    assert rearm_preview(change=Renewal(), access=None, now=SOON).counts.changed == 2
    finish(start(city, Renewal()))
    assert rearm_preview(change=Renewal(), access=None, now=SOON).counts.changed == 0


def test_the_same_rules_again_change_nothing(city: World) -> None:
    change(city, days_off("squads", MONDAY))
    before = rows()
    assert preview(city, Renewal()).counts.changed == 0
    assert change(city, Renewal()).done == 0
    assert rows() == before


def test_a_preview_costs_the_same_few_queries_however_many_cases(
    city: World, django_assert_max_num_queries: object
) -> None:
    change(city, limit(Stage.VERIFY, Limit(3, "工作时").amount, "工作时"))
    for _other in range(20):
        report(city)
    access = city.access("admin")
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        seen = rearm_preview(change=days_off("squads", TUESDAY), access=access, now=SOON)
    assert seen.counts.changed >= 20
    assert Case.objects.filter(stage__in=OPEN).count() == seen.open
