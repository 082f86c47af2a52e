"""A change of limits, ladders or calendars shows first what it does to open cases, and re-arms exactly those."""

from datetime import timedelta

from cases.models import CaseEvent
from cases.workflow import Action, Stage
from tests.cases.rearm.helpers import TUESDAY, days_off, finish, preview, rows, start
from tests.cast import NOW, World
from tests.walk import case_at, report


def test_a_holiday_shows_its_effect_on_open_cases_and_rearms_exactly_those(world: World) -> None:
    at = {
        stage: case_at(world, stage)
        for stage in Stage
        if stage in (Stage.PLAN, Stage.APPROVE, Stage.HANDLE, Stage.CHECK, Stage.CALL_BACK, Stage.CLOSED)
    }
    at[Stage.VERIFY] = report(world)
    change = days_off("offices", TUESDAY)
    before = rows()
    seen = preview(world, change)
    assert rows() == before
    print(seen)
    job = start(world, change)
    assert rows() == before
    finish(job)
    after = rows()
    print(job.__dict__)
    for stage, case in at.items():
        print(stage, before[case.pk] == after[case.pk], before[case.pk]["due_at"], after[case.pk]["due_at"])
    assert 0
