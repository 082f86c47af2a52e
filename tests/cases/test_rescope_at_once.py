"""A report, a step, a posting and two administrators in the very moment areas change; PostgreSQL alone."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from cases.models import Case
from cases.services import report, rescope
from cases.services.invariants import invariants_check
from cases.services.tell import event_tell
from core.errors import CityError
from core.models import OutboxDelivery
from grids.models import Area, AreaJob, Posting
from grids.selectors import grid_at
from grids.services import changes
from grids.services.area_jobs import area_jobs_run
from grids.services.areas import area_retire
from grids.services.holding import area_held
from grids.services.imports import import_apply, import_preview
from grids.services.postings import posting_add
from tests.cast import HOME, NOW, World, build_world
from tests.grids.changing import BORDER, EVERY, GRID, MERGE, NEXT, SPLIT, both_districts, preview, wish
from tests.grids.test_two_at_once import together
from tests.walk import report as file_report
from tests.walk import step

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
EAST = HOME | {"lon": 107.008}


@pytest.fixture
def city() -> World:
    world = build_world()
    both_districts(world)
    return world


def file(world: World, lon: float = 107.008) -> str:
    raw = {"position": HOME | {"lon": lon}, "description": "x"}
    answer = report.case_report(access=world.access("officer"), raw=raw, key=str(uuid4()), now=NOW)
    return str(answer["number"])


def apply(world: World, raw: dict[str, Any], token: str) -> int:
    access = world.access("admin")
    return int(changes.change_apply(access=access, raw=raw, token=token, now=NOW, key=str(uuid4()))["job"])


def all_right(world: World) -> None:
    """Every open case lies where its point does, no rule is broken, and nothing is under way."""
    area_jobs_run(now=NOW)
    OutboxDelivery.objects.update(state=OutboxDelivery.State.DONE)
    assert not AreaJob.objects.filter(state="running").exists()
    assert {f.invariant.name for f in invariants_check(now=NOW) if f.count} == set()
    for case in Case.objects.select_related("grid"):
        assert grid_at(case.lon, case.lat) == case.grid


class Meeting:
    """Holds one act inside its transaction until the other has begun and been given time to go wrong."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.other: threading.Thread | None = None

    def hold(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def slow(*args: Any, **given: Any) -> Any:
            self.reached.set()
            if self.other:
                self.other.join(0.7)
            return act(*args, **given)

        return slow

    def run(self, first: Callable[[], Any], second: Callable[[], Any]) -> dict[str, Any]:
        answers: dict[str, Any] = {}

        def keep(name: str, act: Callable[[], Any]) -> None:
            try:
                answers[name] = act()
            except CityError as refusal:
                answers[name] = refusal.status
            finally:
                connections.close_all()

        def later() -> None:
            self.reached.wait(10)
            keep("second", second)

        self.other = threading.Thread(target=later)
        self.other.start()
        keep("first", first)
        self.other.join(30)
        return answers


@pytest.fixture
def meeting() -> Meeting:
    return Meeting()


@pytest.mark.parametrize("kind", ["split", "move", "abolish"])
def test_a_report_under_way_is_waited_for_and_then_follows(
    city: World, meeting: Meeting, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    token = preview(city, EVERY[kind]).token
    monkeypatch.setattr(report, "_file", meeting.hold(report._file))
    answers = meeting.run(lambda: file(city), lambda: apply(city, EVERY[kind], token))
    assert Case.objects.get().number == answers["first"]
    assert AreaJob.objects.get().total == 1
    all_right_but_for_gaps(city, kind)


@pytest.mark.parametrize("kind", ["border", "move", "retire"])
def test_a_report_that_waits_for_a_change_is_filed_in_what_follows(
    city: World, meeting: Meeting, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    raw = EVERY[kind]
    token = preview(city, raw).token
    monkeypatch.setattr(changes, "_audit", meeting.hold(changes._audit))
    answers = meeting.run(lambda: apply(city, raw, token), lambda: file(city))
    assert AreaJob.objects.get().total == 0
    if kind == "retire":  # nobody covers that ground any more
        assert answers["second"] == 400
        return
    case = Case.objects.get(number=answers["second"])
    assert case.filed_grid_code == case.grid.code
    assert not case.events.filter(action="rescope").exists()
    all_right_but_for_gaps(city, kind)


def all_right_but_for_gaps(city: World, kind: str) -> None:
    if kind == "retire":
        area_jobs_run(now=NOW)
        assert Case.objects.get().grid.code == NEXT
    else:
        all_right(city)


def test_of_two_changes_of_the_same_grid_at_once_one_holds(city: World) -> None:
    other = wish("split", cut=((107.006, 29.79), (107.006, 29.82)))
    tokens = [preview(city, raw).token for raw in (SPLIT, other)]
    answers = together(
        *[lambda r=r, t=t: apply(city, r, t) for r, t in zip((SPLIT, other), tokens, strict=True)]
    )
    assert sorted(answers)[-1] == 412
    assert AreaJob.objects.count() == 1
    all_right(city)


def test_crossing_changes_at_once_never_wait_in_a_ring(city: World) -> None:
    """A merger asked for from either side, a border between the two, and reports in both."""
    wishes = (MERGE, wish("merge", NEXT, others=[GRID]), BORDER)
    tokens = [preview(city, raw).token for raw in wishes]
    acts = [lambda r=r, t=t: apply(city, r, t) for r, t in zip(wishes, tokens, strict=True)]
    answers = together(*acts, lambda: file(city), lambda: file(city, 107.002))
    assert len(answers) == 5  # none of them was ended by the database
    assert AreaJob.objects.count() == 1
    assert answers.count(412) == 2
    all_right(city)


def test_two_grids_retired_into_each_other_at_once_leave_one(city: World) -> None:
    Posting.objects.filter(area__code=GRID).delete()

    def retire(code: str, heir: str) -> object:
        access = city.access("admin")
        return area_retire(access=access, code=code, version=1, now=NOW, key=code, successors=[heir])

    answers = together(lambda: retire(GRID, NEXT), lambda: retire(NEXT, GRID))
    assert sum(isinstance(answer, dict) for answer in answers) == 1
    assert Area.objects.filter(code__in=[GRID, NEXT], valid_to=None).count() == 1


def test_an_import_beside_reports_waits_in_no_ring_and_retires_no_grid_with_a_case(
    city: World, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    Posting.objects.filter(area__code=GRID).delete()
    rows = Area.objects.filter(code__startswith="500115", level="grid").exclude(code=GRID)
    text = "code,name,parent_code\n" + "".join(f"{r.code},{r.name},{r.code[:12]}\n" for r in rows)
    given: dict[str, Any] = {
        "access": None,
        "data": text.encode(),
        "datum": "WGS84",
        "complete": True,
        "now": NOW,
    }
    digest = import_preview(**given).digest
    monkeypatch.setattr(report, "_file", meeting.hold(report._file))
    answers = meeting.run(lambda: file(city), lambda: import_apply(**given, digest=digest))
    assert answers["second"] == 409
    assert Area.objects.get(code=GRID).valid_to is None
    all_right(city)


def test_nobody_is_posted_to_a_grid_that_ends_in_that_moment(
    city: World, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = preview(city, SPLIT).token
    monkeypatch.setattr(changes, "_audit", meeting.hold(changes._audit))
    post = lambda: posting_add(  # noqa: E731
        access=city.access("admin"), username="colleague", role="officer", place=GRID, now=NOW, key="p"
    )  # fmt: skip
    answers = meeting.run(lambda: apply(city, SPLIT, token), post)
    assert answers["second"] == 409
    assert not Posting.objects.filter(user__username="colleague", area__code=GRID).exists()


def test_two_workers_at_one_job_move_each_case_once(city: World) -> None:
    cases = [file_report(city, position=EAST) for _n in range(12)]
    apply(city, SPLIT, preview(city, SPLIT).token)
    together(*[lambda: area_jobs_run(now=NOW) for _n in range(4)])
    job = AreaJob.objects.get()
    all_right(city)
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", len(cases))
    assert {case.events.filter(action="rescope").count() for case in cases} == {1}


def test_a_step_under_way_is_waited_for_and_a_later_one_is_stale(
    city: World, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = file_report(city, position=EAST)
    apply(city, SPLIT, preview(city, SPLIT).token)
    monkeypatch.setattr(rescope, "event_tell", meeting.hold(event_tell))
    answers = meeting.run(
        lambda: area_jobs_run(now=NOW), lambda: step(city, case, "claim", "officer", now=NOW)
    )
    assert answers["second"] == 412
    all_right(city)


def test_a_case_on_its_way_to_a_grid_that_ends_in_that_moment_goes_on_to_what_follows(
    city: World, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = file_report(city, position=EAST)
    _west, east = AreaJob.objects.get(pk=apply(city, SPLIT, preview(city, SPLIT).token)).facts["made"]
    monkeypatch.setattr(rescope, "area_held", meeting.hold(area_held))

    def end() -> None:
        Area.objects.filter(code=east).update(version=9)

    meeting.run(lambda: area_jobs_run(now=NOW), end)
    case.refresh_from_db()
    assert case.grid.code == east
    all_right(city)
