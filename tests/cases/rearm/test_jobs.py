"""The job goes on through whatever happens to it, and looks twice."""

from datetime import timedelta
from typing import Any

import pytest

from cases.models import Case, RearmJob, StageLimit
from cases.services.rearm import Renewal, job, rearm_job_step, rearm_jobs_run
from cases.workflow import Stage
from core.services.revisions import revision_count_up
from core.worktime import NoWorkingTime
from tests.cases.rearm.helpers import (
    HALF_A_MINUTE,
    SOON,
    broken,
    finish,
    limit,
    preview,
    rearmed,
    rows,
    start,
)
from tests.cast import World
from tests.walk import report, step, usual

LONGER = limit(Stage.VERIFY, 3, "工作时")


@pytest.fixture
def cases(world: World) -> list[Case]:
    return [report(world) for _n in range(5)]


def times(cases: list[Case]) -> list[int]:
    return [len(rearmed(case)) for case in cases]


def dying_at(monkeypatch: pytest.MonkeyPatch, number: int, error: BaseException) -> None:
    """Have the n-th case end in an error, once."""
    real, seen = job.case_rearm_anew, []

    def act(**given: Any) -> bool:
        seen.append(given["case"].pk)
        if len(seen) == number:
            raise error
        return real(**given)

    monkeypatch.setattr(job, "case_rearm_anew", act)


def test_a_job_that_was_ended_half_way_goes_on_and_does_nothing_twice(
    world: World, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way = start(world, LONGER)
    dying_at(monkeypatch, 3, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        rearm_jobs_run(now=SOON)
    under_way.refresh_from_db()
    assert (times(cases), under_way.done, under_way.cursor) == ([1, 1, 0, 0, 0], 2, cases[1].pk)
    finish(under_way)
    assert (times(cases), under_way.done, under_way.state) == ([1] * 5, 5, "done")
    assert broken() == set()


def test_a_case_that_can_not_be_reckoned_holds_up_no_other_and_is_tried_again(
    world: World, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way = start(world, LONGER)
    dying_at(monkeypatch, 2, NoWorkingTime())
    rearm_jobs_run(now=SOON)
    under_way.refresh_from_db()
    assert (times(cases), under_way.done, under_way.state) == ([1, 0, 1, 1, 1], 4, "running")
    assert under_way.error.startswith("NoWorkingTime: ")
    assert rearm_jobs_run(now=SOON + timedelta(seconds=1)) == 0
    rearm_jobs_run(now=SOON + HALF_A_MINUTE)
    rearm_jobs_run(now=SOON + 2 * HALF_A_MINUTE)
    under_way.refresh_from_db()
    assert (times(cases), under_way.state, under_way.error) == ([1] * 5, "done", "")


def test_it_is_done_only_after_a_second_look_half_a_minute_later(world: World, cases: list[Case]) -> None:
    under_way = start(world, LONGER)
    rearm_jobs_run(now=SOON)
    under_way.refresh_from_db()
    assert (under_way.state, under_way.done, under_way.cursor) == ("running", 5, 0)
    # A step that had read the old rules ends only now.
    late = report_by_old_rules(world)
    rearm_jobs_run(now=SOON + HALF_A_MINUTE / 2)
    assert rearmed(late) == []
    rearm_jobs_run(now=SOON + HALF_A_MINUTE)
    under_way.refresh_from_db()
    assert (under_way.state, under_way.done, under_way.finished_at) == ("done", 6, SOON + HALF_A_MINUTE)
    assert times([*cases, late]) == [1] * 6


def report_by_old_rules(world: World) -> Case:
    """What a transaction writes that began before the change and ends after it."""
    kept = list(StageLimit.objects.all())
    StageLimit.objects.all().delete()
    revision_count_up(name="limits")
    late = report(world)
    StageLimit.objects.bulk_create(kept)
    revision_count_up(name="limits")
    return late


def test_a_step_under_way_leads_its_case_on_by_the_rules_in_force(world: World, cases: list[Case]) -> None:
    under_way = start(world, LONGER)
    gone, stays = cases[0], cases[1]
    step(world, gone, "verify", "officer", now=SOON, **usual(world, "verify", "officer", "sign", gone))
    finish(under_way)
    assert times(cases) == [0, 1, 1, 1, 1]
    stays.refresh_from_db()
    assert (stays.clock_total, under_way.done, under_way.total) == (3 * 3600, 4, 5)
    assert broken() == set()


def test_jobs_are_carried_on_in_slices_the_oldest_first(world: World, cases: list[Case]) -> None:
    older, newer = start(world, LONGER), start(world, limit(Stage.PLAN, 9, "工作时"))
    assert rearm_job_step(job_id=older.pk, now=SOON, most=2) == 2
    older.refresh_from_db()
    assert (older.done, older.cursor) == (2, cases[1].pk)
    rearm_jobs_run(now=SOON, limit=1)
    older.refresh_from_db()
    newer.refresh_from_db()
    assert (older.done, newer.cursor, newer.round_at) == (5, 0, newer.created_at)


def test_a_job_reckons_by_the_rules_of_the_moment_not_by_those_it_began_with(
    world: World, cases: list[Case]
) -> None:
    first = start(world, LONGER)
    second = start(world, limit(Stage.VERIFY, 5, "工作时"))
    finish(first)
    second.refresh_from_db()
    assert (first.done, second.done, second.state) == (5, 0, "done")
    assert {case.clock_total for case in Case.objects.all()} == {5 * 3600}
    assert times(cases) == [1] * 5


def test_a_change_that_touches_no_case_is_a_job_all_the_same(world: World) -> None:
    under_way = finish(start(world, LONGER))
    assert (under_way.state, under_way.total, under_way.done) == ("done", 0, 0)
    assert RearmJob.objects.get().facts["after"] == {"verify/*": [3, "工作时"]}


def test_what_is_looked_at_in_vain_is_not_written(world: World, cases: list[Case]) -> None:
    before = rows()
    assert preview(world, Renewal()).counts.changed == 0
    finish(start(world, Renewal()))
    assert rows() == before
