"""Two people at the same plans at the same moment, on PostgreSQL."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.roles import Role
from cases.models import Campaign, CampaignCase, CaseEvent, PlanBatch, PlanTemplate
from cases.models.case import Case
from cases.services.campaign_steps import campaign_decide
from cases.services.campaigns import campaign_open
from cases.services.history_verify import history_breaks
from cases.services.plan_batches import plan_batch_open, plan_batch_run
from cases.services.plan_templates import plan_template_create
from cases.workflow import Action, Stage
from core.errors import CityError, Conflict
from grids.access import grants_recompute
from grids.models import Posting
from tests.cases.plans.campaigning import begin, chosen, plan_raw
from tests.cases.plans.helpers import LATER, a_template, fresh, stages, submitted, template_raw, waiting
from tests.cast import BEGAN, NOW, World, build_world
from tests.together import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city(transactional_db: None) -> World:
    """The cast, committed, with a second person at the bureau."""
    world = build_world()
    Posting.objects.create(
        user=world.people["director"], role=Role.BUREAU, area=world.areas["500115"], starts_at=BEGAN
    )
    grants_recompute(world.people["director"])
    return world


def batch_of(world: World, who: str, cases: Sequence[Case], kind: str = "approve", **more: Any) -> UUID:
    picks = [{"number": case.number, "version": fresh(case).version, **more} for case in cases]
    answer = plan_batch_open(
        access=world.access(who, LATER), raw={"kind": kind, "cases": picks}, key=str(uuid4()), now=LATER
    )
    return UUID(answer["batch"])


def running(world: World, who: str, batch: UUID) -> Callable[[], PlanBatch]:
    access = world.access(who, LATER)
    return lambda: plan_batch_run(access=access, batch_id=batch, now=LATER)


def outcomes(batch: UUID) -> list[str]:
    return list(PlanBatch.objects.get(pk=batch).items.order_by("seq").values_list("state", flat=True))


def whole_history() -> bool:
    return [found for _checked, found in history_breaks() if found] == []


def test_two_who_approve_the_same_batch_share_the_cases_and_each_is_approved_once(city: World) -> None:
    cases = waiting(city, 8)
    submitted(city, a_template(city), cases)
    # One begins at the front, the other at the back, so that they meet in the middle.
    mine, theirs = batch_of(city, "bureau", cases), batch_of(city, "director", cases[::-1])
    results = at_once(running(city, "bureau", mine), running(city, "director", theirs))
    assert all(isinstance(result, PlanBatch) for result in results), results
    assert stages(cases) == [Stage.DISPATCH] * 8
    assert CaseEvent.objects.filter(action="approve").count() == 8
    got, other = outcomes(mine), outcomes(theirs)[::-1]
    assert all({a, b} == {"done", "refused"} for a, b in zip(got, other, strict=True)), (got, other)
    assert whole_history()


def test_one_batch_pressed_twice_at_once_does_each_case_once(city: World) -> None:
    template, cases = a_template(city), waiting(city, 6)
    named = {"id": template.pk, "version": template.version}
    batch = batch_of(city, "station", cases, "submit", template=named)
    results = at_once(*[running(city, "station", batch)] * 3)
    assert all(isinstance(result, PlanBatch) for result in results), results
    assert outcomes(batch) == ["done"] * 6
    assert CaseEvent.objects.filter(action="submit_plan").count() == 6
    assert running(city, "station", batch)().finished_at == LATER


def test_ten_with_the_same_key_open_one_batch(city: World) -> None:
    template, [case] = a_template(city), waiting(city)
    pick = {"number": case.number, "version": case.version, "template": {"id": template.pk, "version": 1}}
    raw, access = {"kind": "submit", "cases": [pick]}, city.access("station", LATER)
    results = at_once(*[lambda: plan_batch_open(access=access, raw=raw, key="one", now=LATER)] * 10)
    assert all(result == results[0] for result in results), results
    assert PlanBatch.objects.count() == 1


def test_of_two_who_put_the_same_cases_into_a_campaign_one_gets_them_all(city: World) -> None:
    cases = waiting(city, 5)
    jobs = []
    for who, order in (("station", cases), ("station2", cases[::-1])):
        raw, access = plan_raw(order), city.access(who, LATER)
        jobs.append(
            lambda raw=raw, access=access: campaign_open(access=access, raw=raw, key="one", now=LATER)
        )
    results = at_once(*jobs)
    won = [result for result in results if isinstance(result, dict)]
    lost = [result for result in results if isinstance(result, Conflict)]
    assert (len(won), len(lost)) == (1, 1), results
    assert len(lost[0].extra["left_out"]) == 5
    assert (Campaign.objects.count(), CampaignCase.objects.count()) == (1, 5)
    assert CaseEvent.objects.filter(action="submit_plan").count() == 5
    assert whole_history()


def test_of_two_who_decide_on_a_campaign_one_does_and_the_other_sees_it_moved(city: World) -> None:
    cases = waiting(city, 4)
    answer = begin(city, cases)
    picks, jobs = chosen(cases), []
    for who, action, raw in (
        ("bureau", Action.APPROVE, {"cases": picks}),
        ("director", Action.RETURN_PLAN, {"cases": picks, "reason": "再议"}),
    ):
        given = {"access": city.access(who, LATER), "action": action, "raw": raw, "key": str(uuid4())}
        jobs.append(lambda given=given: _decide(answer, given))
    results = at_once(*jobs)
    assert sum(isinstance(result, dict) for result in results) == 1, results
    lost = next(result for result in results if isinstance(result, CityError))
    assert lost.status == 412
    assert set(stages(cases)) in ({Stage.DISPATCH}, {Stage.PLAN})
    assert CaseEvent.objects.filter(action__in=["approve", "return_plan"]).count() == 4
    assert whole_history()


def _decide(answer: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    place = UUID(answer["campaign"])
    return campaign_decide(campaign_id=place, version=answer["version"], now=LATER, **given)


def test_two_templates_with_one_title_at_once_are_one(city: World) -> None:
    raw, jobs = template_raw(title="同名"), []
    for who in ("station", "station2"):
        access = city.access(who)
        jobs.append(lambda access=access: plan_template_create(access=access, raw=raw, key="one", now=NOW))
    results = at_once(*jobs)
    assert sum(isinstance(result, Conflict) for result in results) == 1, results
    assert PlanTemplate.objects.count() == 1
