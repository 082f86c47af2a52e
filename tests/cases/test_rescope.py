"""Open cases follow when areas change, closed ones stay, and nobody loses sight of any."""

from typing import Any

import pytest

from cases.models import Case, CaseEvent
from cases.selectors import cases_for
from cases.services import rescope
from cases.services.advance import case_advance
from cases.services.history_verify import history_breaks
from cases.services.invariants import invariants_check
from cases.services.tell import event_tell
from cases.workflow import Action, Stage
from core.errors import Conflict, NotFound, Stale
from core.models import OutboxDelivery
from core.services.outbox import outbox_drain
from grids.access import grants_recompute
from grids.models import Area, AreaJob, Posting
from grids.selectors import grid_at
from grids.services.area_jobs import area_job_step, area_jobs_run
from notices.models import Notice
from tests.cast import HOME, NOW, World
from tests.grids.changing import (
    ABOLISH,
    BORDER,
    EVERY,
    GRID,
    MERGE,
    MOVE,
    NEXT,
    RETIRE,
    SPLIT,
    apply,
    both_districts,
    change,
    made,
    preview,
    wish,
)
from tests.walk import case_at, go, report, step, usual

WEST, EAST = HOME | {"lon": 107.002}, HOME | {"lon": 107.008}


def broken() -> set[str]:
    OutboxDelivery.objects.update(state=OutboxDelivery.State.DONE)
    return {finding.invariant.name for finding in invariants_check(now=NOW) if finding.count}


def lies(case: Case) -> tuple[str, ...]:
    case.refresh_from_db()
    return (case.district.code, case.street.code, case.community.code, case.grid.code)


def sees(world: World, who: str) -> set[str]:
    return set(cases_for(world.access(who)).values_list("number", flat=True))


def test_open_cases_of_a_split_grid_move_by_point_and_closed_ones_stay(world: World) -> None:
    west, east = report(world, position=WEST), report(world, position=EAST)
    closed = case_at(world, Stage.CLOSED)
    job = change(world, SPLIT)
    one, two = made(job)
    assert (lies(west)[-1], lies(east)[-1]) == (one.code, two.code)
    assert lies(closed)[-1] == GRID
    assert (job.state, job.total, job.done, job.error) == ("done", 2, 2, "")
    for case, grid in ((west, one), (east, two)):
        assert grid_at(case.lon, case.lat) == grid
        assert (case.filed_grid_code, case.version) == (GRID, 2)
        event = CaseEvent.objects.get(case=case, action=Action.RESCOPE)
        assert (event.actor, event.role, event.from_stage, event.to_stage) == (None, "", "verify", "verify")
        assert (event.data["areas"]["from"]["grid"], event.data["areas"]["to"]["grid"]) == (GRID, grid.code)
    assert closed.number in sees(world, "community") & sees(world, "officer") & sees(world, "station")
    assert closed.number not in sees(world, "worker2")
    assert broken() == set()
    assert [found for _n, chains in history_breaks(number="") for found in chains] == []


def test_a_merged_grid_sees_the_closed_cases_of_those_before_it(world: World) -> None:
    opened, closed = report(world), case_at(world, Stage.CLOSED)
    job = change(world, MERGE)
    assert lies(opened)[-1] == made(job)[0].code
    assert lies(closed)[-1] == GRID
    assert {opened.number, closed.number} <= sees(world, "worker2")
    assert broken() == set()


@pytest.mark.parametrize(("at", "to"), [(WEST, GRID), (EAST, NEXT)])
def test_a_moved_border_takes_the_cases_of_the_ground_that_passes(
    world: World, at: dict[str, Any], to: str
) -> None:
    case = report(world, position=at)
    job = change(world, BORDER)
    assert lies(case)[-1] == to
    assert grid_at(case.lon, case.lat) == case.grid
    assert job.done == (to == NEXT)
    assert (case.number in sees(world, "worker2")) == (to == GRID)
    assert case.number in sees(world, "community")
    assert broken() == set()


def test_a_case_that_lay_across_the_border_before_stays_where_it_was_put(world: World) -> None:
    """Only ground that passes takes its cases along; what somebody put elsewhere by hand is theirs."""
    case = report(world, "officer", position=HOME | {"lon": 107.015})
    Case.objects.filter(pk=case.pk).update(grid=world.areas[GRID])
    change(world, BORDER)
    assert lies(case)[-1] == GRID


def test_a_retired_grid_hands_its_open_cases_to_its_successor(world: World) -> None:
    opened, closed = report(world), case_at(world, Stage.CLOSED)
    job = change(world, RETIRE)
    assert lies(opened)[-1] == NEXT
    assert {opened.number, closed.number} <= sees(world, "worker2")
    assert job.done == 1
    assert broken() == set()


def test_a_grid_moved_to_another_community_takes_its_open_cases_along(world: World) -> None:
    opened, closed = report(world), case_at(world, Stage.CLOSED)
    change(world, MOVE)
    assert lies(opened) == ("500115", "500115001", "500115001002", GRID)
    assert lies(closed) == ("500115", "500115001", "500115001001", GRID)
    assert sees(world, "community") == {closed.number}
    assert {opened.number, closed.number} <= sees(world, "worker2") & sees(world, "officer")
    assert broken() == set()


def test_a_community_moved_to_another_street_takes_its_open_cases_along(world: World) -> None:
    case = report(world)
    change(world, wish("move", "500115001001", to="500115002"))
    assert lies(case) == ("500115", "500115002", "500115001001", GRID)
    assert case.number in sees(world, "neighbour") & sees(world, "worker2")
    assert case.number not in sees(world, "officer")
    assert case.assignee == world.people["neighbour"]
    assert broken() == set()


def test_an_abolished_district_passes_on_what_is_open_and_lends_what_is_closed(world: World) -> None:
    both_districts(world)
    opened, closed = report(world), case_at(world, Stage.CLOSED)
    change(world, ABOLISH)
    assert lies(opened) == ("500106", "500115001", "500115001001", GRID)
    assert lies(closed)[0] == "500115"
    assert {opened.number, closed.number} <= sees(world, "stranger") & sees(world, "station")
    assert opened.number.startswith("500115")
    assert broken() == set()


def test_an_abolished_district_is_worked_on_as_before(world: World) -> None:
    both_districts(world)
    case = report(world, "hotline", reporter_name="刘女士", reporter_phone="13812345678")
    change(world, ABOLISH)
    path = (("verify", "officer"), ("submit_plan", "station"), ("approve", "bureau"), ("dispatch", "station"))
    assert go(world, case, *path, condition="sign").stage == Stage.HANDLE


def test_whoever_holds_no_role_there_any_more_is_followed_by_one_who_does(world: World) -> None:
    Posting.objects.filter(user__username__in=["officer", "colleague"]).update(area=world.areas[GRID])
    Posting.objects.filter(user__username="colleague").update(area=world.areas[NEXT])
    for name in ("officer", "colleague"):
        grants_recompute(world.people[name])
    case = report(world, position=EAST)
    assert case.assignee == world.people["officer"]
    change(world, BORDER)
    outbox_drain(now=NOW)
    case.refresh_from_db()
    assert case.assignee == world.people["colleague"]
    assert Notice.objects.filter(recipient=world.people["colleague"], kind="task").count() == 1


def test_whoever_still_may_keeps_the_task_and_hears_nothing(world: World) -> None:
    case = report(world, position=EAST)
    outbox_drain(now=NOW)
    before = Notice.objects.count()
    change(world, SPLIT)
    outbox_drain(now=NOW)
    assert Case.objects.get(pk=case.pk).assignee == case.assignee
    assert Notice.objects.count() == before


def test_a_step_decided_before_the_case_moved_is_stale(world: World) -> None:
    case = report(world)
    version = case.version
    change(world, SPLIT)
    with pytest.raises(Stale):
        case_advance(
            number=case.number, action="claim", access=world.access("officer"), raw={}, version=version,
            key="k", now=NOW,
        )  # fmt: skip


def test_a_neighbour_who_loses_the_case_can_take_no_step_on_it(world: World) -> None:
    case = report(world)
    change(world, wish("move", "500115001001", to="500115002"))
    with pytest.raises(NotFound):
        step(world, case, "claim", "officer", now=NOW)
    assert step(world, case, "claim", "neighbour", now=NOW).assignee == world.people["neighbour"]


@pytest.mark.parametrize("kind", sorted(EVERY))
def test_in_between_nobody_who_stands_above_loses_sight_and_no_rule_breaks(world: World, kind: str) -> None:
    both_districts(world)
    cases = {report(world, position=at).number for at in (WEST, EAST)} | {case_at(world, Stage.CLOSED).number}
    apply(world, EVERY[kind])
    assert cases <= sees(world, "station") & sees(world, "officer")
    if kind == "abolish":
        assert cases <= sees(world, "stranger")
    assert broken() == set()


@pytest.mark.parametrize("kind", sorted(EVERY))
def test_a_job_killed_half_way_is_carried_on_and_ends_the_same(
    world: World, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_districts(world)
    cases = [report(world, position=EAST) for _n in range(4)]
    job = apply(world, EVERY[kind])
    told: list[str] = []

    def killed(**given: Any) -> None:
        if len(told) == 2:
            raise SystemExit
        told.append(given["case"].number)
        event_tell(**given)

    monkeypatch.setattr(rescope, "event_tell", killed)
    with pytest.raises(SystemExit):
        area_job_step(job=job, now=NOW)
    job.refresh_from_db()
    assert (job.done, job.state) == (2, "running")
    monkeypatch.setattr(rescope, "event_tell", event_tell)
    area_jobs_run(now=NOW)
    job.refresh_from_db()
    assert (job.done, job.total, job.state) == (4, 4, "done")
    assert len({lies(case) for case in cases}) == 1
    assert CaseEvent.objects.filter(action=Action.RESCOPE).count() == 4
    assert broken() == set()


def test_an_error_is_kept_with_the_job_and_the_next_run_ends_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(world, position=EAST)
    job = apply(world, SPLIT)
    monkeypatch.setattr(rescope, "event_tell", lambda **given: 1 / 0)
    area_jobs_run(now=NOW)
    job.refresh_from_db()
    assert (job.state, job.error) == ("running", "ZeroDivisionError: division by zero")
    monkeypatch.setattr(rescope, "event_tell", event_tell)
    area_jobs_run(now=NOW)
    job.refresh_from_db()
    assert (job.state, job.error, job.done) == ("done", "", 1)


def test_a_closed_case_that_comes_to_life_again_follows_then(world: World) -> None:
    case = case_at(world, Stage.CLOSED)
    job = change(world, SPLIT)
    assert lies(case)[-1] == GRID
    case = step(world, case, "reopen", "station", **usual(world, "reopen", "station"))
    assert (lies(case)[-1] in job.facts["made"], case.stage) == (True, Stage.VERIFY)
    assert grid_at(case.lon, case.lat) == case.grid
    event = CaseEvent.objects.get(case=case, action=Action.REOPEN)
    assert event.data["areas"]["to"]["grid"] == case.grid.code
    assert broken() == set()


def test_a_case_does_not_come_to_life_again_where_nothing_follows(world: World) -> None:
    case = case_at(world, Stage.CLOSED)
    Area.objects.filter(code=GRID).update(valid_to=NOW.date())
    with pytest.raises(Conflict):
        step(world, case, "reopen", "station", **usual(world, "reopen", "station"))


def test_ground_is_not_changed_again_while_its_cases_are_on_their_way(world: World) -> None:
    report(world, position=EAST)
    job = apply(world, SPLIT)
    again = wish("merge", job.facts["made"][0], others=[job.facts["made"][1]])
    assert len(preview(world, again).errors) == 1
    area_jobs_run(now=NOW)
    assert preview(world, again).errors == []


def test_changes_on_changes_lead_to_what_is_in_force_at_last(world: World) -> None:
    case = report(world, position=EAST)
    job = change(world, SPLIT)
    west, east = job.facts["made"]
    merged = change(world, wish("merge", west, others=[east])).facts["made"][0]
    last = change(world, wish("split", merged, cut=((106.9, 29.804), (107.1, 29.804))))
    assert lies(case)[-1] == Area.objects.get(code__in=last.facts["made"], min_lat__gt=29.803).code
    assert case.version == 4
    assert broken() == set()


def test_a_case_no_job_can_place_is_left_and_found(world: World) -> None:
    case = report(world)
    Area.objects.filter(code=GRID).update(valid_to=NOW.date())
    assert rescope.Known(NOW).place(case) is None
    assert "place" in broken()


def test_a_case_in_no_posted_district_is_found(world: World) -> None:
    report(world)
    Posting.objects.filter(area__code="500115").update(ends_at=NOW)
    assert broken() == {"seen"}


def test_an_event_of_the_system_with_somebody_behind_it_is_found(
    world: World, history_unlocked: None
) -> None:
    report(world)
    change(world, SPLIT)
    CaseEvent.objects.filter(action=Action.RESCOPE).update(actor=world.people["officer"])
    assert "table" in broken()


def test_nobody_takes_the_step_by_hand(world: World) -> None:
    case = report(world)
    for who in ("admin", "station", "officer"):
        with pytest.raises((NotFound, Conflict)):
            step(world, case, "rescope", who, now=NOW)


def test_no_job_is_left_when_nothing_lies_there(world: World) -> None:
    job = change(world, SPLIT)
    assert (job.state, job.total, AreaJob.objects.count()) == ("done", 0, 1)
