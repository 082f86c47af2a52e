"""The same request twice is one write; an old version is refused with what is there now."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from cases.models import Case
from cases.services.report import case_report
from cases.workflow import Stage
from core.errors import BadInput, KeyReused, Stale, VersionMissing
from tests.cases.attempts import later, take, traces
from tests.cast import HOME, NOW, World
from tests.walk import RESIDENT, case_at, go, report, usual

HALF, NUL = "\ud800", "\x00"
TEXT: dict[str, Any] = {"position": HOME, "description": "楼下垃圾成堆"}


def filed(world: World, who: str, raw: dict[str, Any], **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"key": str(uuid4()), "now": NOW} | more
    return case_report(access=world.access(who), raw=raw, **given)


def test_a_stale_version_says_what_is_there_now_and_a_missing_one_is_asked_for(world: World) -> None:
    case = case_at(world, Stage.PLAN)
    old = case.version
    case = go(world, case, ("submit_plan", "station"))
    access = world.access("bureau", later(case))
    before = traces()
    for version, error in ((old, Stale), (case.version + 1, Stale), (0, Stale), (None, VersionMissing)):
        with pytest.raises(error) as refused:
            take(case, "approve", access, {}, version=version)
        assert refused.value.extra["version"] == case.version
    assert traces() == before


def test_a_note_makes_nothing_stale_and_a_correction_does(world: World) -> None:
    case = case_at(world, Stage.PLAN)
    version = case.version
    assert go(world, case, ("note", "station")).version == version
    assert go(world, case, ("correct", "station")).version == version + 1


def test_the_same_key_replays_the_first_answer_even_after_the_case_moved_on(world: World) -> None:
    case = report(world)
    raw, access = usual(world, "verify", "officer", "sign"), world.access("officer", later(case))
    first = take(case, "verify", access, raw, key="one")
    go(world, case, ("submit_plan", "station"), ("approve", "bureau"))
    before = traces()
    old = Case(number=case.number, version=1, stage_since=case.stage_since)
    assert take(old, "verify", access, raw, key="one") == first
    assert take(old, "verify", access, raw, key="one", version=None) == first
    assert take(old, "verify", access, dict(reversed(raw.items())), key="one", version=99) == first
    assert traces() == before


def test_the_same_key_with_another_body_step_or_case_is_refused(world: World) -> None:
    case, other = report(world), report(world)
    access = world.access("station", later(case))
    take(case, "note", access, {"text": "一"}, key="one")
    before = traces()
    for target, action, raw in (
        (case, "note", {"text": "二"}),
        (case, "correct", {"text": "一"}),
        (other, "note", {"text": "一"}),
    ):
        with pytest.raises(KeyReused):
            take(target, action, access, raw, key="one")
    assert traces() == before
    take(case, "note", world.access("bureau", later(case)), {"text": "二"}, key="one")


def test_a_report_sent_twice_is_filed_once(world: World) -> None:
    first = filed(world, "hotline", {**TEXT, **RESIDENT}, key="k")
    assert filed(world, "hotline", {**TEXT, **RESIDENT}, key="k", now=NOW + timedelta(days=3)) == first
    assert Case.objects.count() == 1
    with pytest.raises(KeyReused):
        filed(world, "hotline", TEXT, key="k")


@pytest.mark.parametrize("key", ["", "k" * 81, NUL, f"a{HALF}", "a\nb"])
def test_a_key_that_is_none_is_refused(world: World, key: str) -> None:
    with pytest.raises(BadInput) as refused:
        filed(world, "worker", TEXT, key=key)
    assert refused.value.field == "key"


@pytest.mark.parametrize("key", ["", "k" * 81, NUL, "a\tb"])
def test_a_key_that_is_none_is_refused_by_the_page_with_a_sentence(world: World, client, key: str) -> None:
    report(world, "worker")  # something similar nearby: the page looks whether the key is a repeat
    client.force_login(world.people["worker"], "django.contrib.auth.backends.ModelBackend")
    body = {"lon": HOME["lon"], "lat": HOME["lat"], "description": "x", "key": key}
    asked = client.post("/cases/report/", body)
    refused = client.post("/cases/report/", body | {"similar_seen": "1"})
    assert asked.status_code < 500
    assert refused.status_code == 400
    assert Case.objects.count() == 1
