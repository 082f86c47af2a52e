"""A grid is retired in the moment a report is filed in it: one of the two is refused."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from cases.models import Case
from cases.services import report
from core.errors import CityError
from grids.models import Area, Posting
from grids.services.areas import area_retire
from tests.cast import HOME, NOW, World, build_world

GRID = "500115001001001"


def retire(world: World) -> object:
    area = Area.objects.get(code=GRID)
    return area_retire(
        access=world.access("admin"), code=GRID, version=area.version, now=NOW, key=str(uuid4()),
        reason="split", successors=["500115001001002"],
    )  # fmt: skip


def file(world: World) -> object:
    raw = {"position": HOME, "description": "x"}
    return report.case_report(access=world.access("officer"), raw=raw, key=str(uuid4()), now=NOW)


def test_a_grid_found_just_before_it_was_retired_takes_no_report(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = Area.objects.get(code=GRID)
    monkeypatch.setattr(report, "grid_at", lambda lon, lat: grid)
    Area.objects.filter(pk=grid.pk).update(valid_to=NOW.date())
    with pytest.raises(CityError, match=GRID):
        file(world)
    assert not Case.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_retirement_waits_for_a_report_under_way_and_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    world = build_world()
    Posting.objects.filter(area__code=GRID).delete()
    reached, filed = threading.Event(), report._file
    answers: dict[str, Any] = {}

    def slow(*args: Any) -> Any:
        reached.set()
        other.join(1)  # time enough for a retirement that does not wait
        return filed(*args)

    def run(name: str, act: Callable[..., Any]) -> None:
        try:
            answers[name] = act(world)
        except CityError as refusal:
            answers[name] = refusal.status
        finally:
            connections.close_all()

    def second() -> None:
        reached.wait(10)
        run("retire", retire)

    monkeypatch.setattr(report, "_file", slow)
    other = threading.Thread(target=second)
    other.start()
    run("report", file)
    other.join(30)
    assert answers["retire"] == 409
    assert Case.objects.get().grid.valid_to is None
