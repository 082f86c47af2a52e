"""Two workers, a step, a dispatcher and two administrators in the very moment cases are reckoned anew;
PostgreSQL alone."""

from datetime import timedelta
from typing import Any

import pytest

from cases.models import Case, RearmJob
from cases.services import advance
from cases.services.events import event_append
from cases.services.rearm import job, rearm_jobs_run
from cases.workflow import Stage
from core.models import Revision
from core.services.timers import timers_fire
from tests.cases.rearm.helpers import (
    HALF_A_MINUTE,
    SOON,
    TUESDAY,
    broken,
    days_off,
    finish,
    limit,
    preview,
    rearmed,
    start,
)
from tests.cases.test_rescope_at_once import Meeting
from tests.cast import World, build_world
from tests.grids.test_two_at_once import together
from tests.walk import report, step, usual

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
LONGER = limit(Stage.VERIFY, 3, "工作时")


@pytest.fixture
def city() -> World:
    return build_world()


@pytest.fixture
def meeting() -> Meeting:
    return Meeting()


def test_several_workers_at_two_jobs_reckon_each_case_once(city: World) -> None:
    cases = [report(city) for _n in range(12)]
    first, second = start(city, LONGER), start(city, days_off("squads", TUESDAY))
    together(*[lambda: rearm_jobs_run(now=SOON) for _n in range(4)])
    together(*[lambda: rearm_jobs_run(now=SOON + HALF_A_MINUTE) for _n in range(4)])
    finish(first, SOON + 2 * HALF_A_MINUTE)
    second.refresh_from_db()
    assert (first.state, second.state) == ("done", "done")
    # Whichever came first reckoned by both changes.
    assert {len(rearmed(case)) for case in cases} == {1}
    assert first.done + second.done == 12
    assert broken() == set()


def test_of_a_case_a_step_holds_the_job_waits_and_sees_what_the_step_made_of_it(
    city: World, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, other = report(city), report(city)
    under_way = start(city, LONGER)
    monkeypatch.setattr(advance, "event_append", meeting.hold(event_append))
    meeting.run(
        lambda: step(city, case, "reject", "officer", now=SOON, **reject(city, case)),
        lambda: rearm_jobs_run(now=SOON),
    )
    finish(under_way, SOON + HALF_A_MINUTE)
    assert (len(rearmed(case)), len(rearmed(other))) == (0, 1)
    assert Case.objects.get(pk=case.pk).stage == "rejected"
    assert broken() == set()


def reject(city: World, case: Case) -> dict[str, Any]:
    return usual(city, "reject", "officer", "litter", case)


def test_a_step_decided_on_the_deadline_before_is_stale(
    city: World, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = report(city)
    under_way = start(city, LONGER)
    monkeypatch.setattr(job, "_arm", meeting.hold(job._arm))
    answers = meeting.run(
        lambda: rearm_jobs_run(now=SOON),
        lambda: step(city, case, "reject", "officer", now=SOON, **reject(city, case)),
    )
    assert answers["second"] == 412
    finish(under_way, SOON + HALF_A_MINUTE)
    assert broken() == set()


def test_the_dispatcher_passes_over_a_case_that_is_being_reckoned(
    city: World, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = report(city)
    late = SOON + timedelta(minutes=5)
    start(city, LONGER, now=late)
    monkeypatch.setattr(job, "_arm", meeting.hold(job._arm))
    answers = meeting.run(lambda: rearm_jobs_run(now=late), lambda: timers_fire(now=late))
    assert (answers["second"].fired, answers["second"].busy > 0) == (0, True)
    assert timers_fire(now=late).fired == 0
    case.refresh_from_db()
    assert (case.clock_rung, case.overdue_at, len(rearmed(case))) == (0, None, 1)
    assert broken() == set()


def test_of_two_changes_started_at_once_on_the_same_rules_one_holds(city: World) -> None:
    report(city)
    other = limit(Stage.VERIFY, 5, "工作时")
    digests = [preview(city, change).digest for change in (LONGER, other)]
    answers = together(
        *[lambda c=c, d=d: start(city, c, digest=d) for c, d in zip((LONGER, other), digests, strict=True)]
    )
    assert sum(answer == 412 for answer in answers) == 1
    assert RearmJob.objects.count() == Revision.objects.get(name="limits").number == 1
