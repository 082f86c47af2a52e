"""Of a plan's date and the limit the earlier counts, unless the bureau lets the later with a reason."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from cases.explain import explained
from cases.given import needed
from cases.models import ActionPlan, Case
from cases.services.history_verify import history_breaks
from cases.workflow import Stage
from core import clock
from core.errors import BadInput
from tests.cases.browsers import browser
from tests.cast import World
from tests.walk import TO_PLAN, go, report, step, usual

DAY = timedelta(days=1)


def planned(world: World, days: int) -> Case:
    """A sign, to be put right within five working days, with a plan for this many days ahead."""
    case = go(world, report(world), *TO_PLAN, condition="sign")
    raw = usual(world, "submit_plan", "station", "sign", case)
    raw["finish_by"] = (case.stage_since + days * DAY).isoformat()
    return step(world, case, "submit_plan", "station", **raw)


def dispatched(world: World, case: Case, **approval: Any) -> Case:
    case = step(world, case, "approve", "bureau", **approval)
    return go(world, case, ("dispatch", "station"), condition="sign")


def how(case: Case) -> str:
    return str(case.events.order_by("-seq")[0].data["clock"]["how"])


def test_without_a_word_of_the_bureau_the_limit_comes_first(world: World) -> None:
    case = dispatched(world, planned(world, 20))
    assert how(case) == "start"
    assert case.due_at == needed(case.dispatched_at) + 5 * DAY  # every day counts for a unit in the street


def test_with_a_reason_the_later_date_counts_and_is_told_and_kept(world: World) -> None:
    case = dispatched(world, planned(world, 20), past_limit=True, text="拆除需办理审批")
    plan = ActionPlan.objects.get(case=case)
    assert plan.past_limit
    assert (how(case), case.due_at) == ("later", plan.finish_by)
    assert case.first_due_at == plan.finish_by
    assert explained(case, case.stage_since).turns[-1].limit
    # An extension adds the limit itself, not the longer time.
    case = go(world, case, ("request_extension", "cleaner"), ("decide_extension", "station"))
    assert needed(case.due_at) == plan.finish_by + 5 * DAY
    assert [chains for _count, chains in history_breaks() if chains] == []
    ActionPlan.objects.update(past_limit=False)
    assert [chains for _count, chains in history_breaks() if chains] != []


def test_an_earlier_date_counts_whatever_was_ticked(world: World) -> None:
    case = dispatched(world, planned(world, 2), past_limit=True, text="按方案")
    assert how(case) == "plan"
    assert case.due_at == ActionPlan.objects.get(case=case).finish_by


def test_no_later_date_without_a_reason_nor_without_a_plan(world: World) -> None:
    case = planned(world, 20)
    with pytest.raises(BadInput) as refused:
        step(world, case, "approve", "bureau", past_limit=True)
    assert "text" in refused.value.extra["errors"]
    case.plans.update(state=ActionPlan.State.APPROVED)
    with pytest.raises(BadInput):
        step(world, case, "approve", "bureau", past_limit=True, text="按方案")


def test_the_form_asks_only_where_the_plan_goes_past_the_limit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    near, far = planned(world, 2), planned(world, 20)
    monkeypatch.setattr(clock, "now", lambda: far.stage_since + timedelta(hours=1))
    client = browser(world, "bureau")
    pages = {
        case.pk: client.get(f"/cases/{case.number}/steps/approve/").content.decode() for case in (near, far)
    }
    assert 'name="past_limit"' not in pages[near.pk]
    assert 'name="past_limit"' in pages[far.pk]
    assert "after the limit, which would end on" in pages[far.pk]
    sent = {"key": str(uuid4()), "version": far.version, "past_limit": "on"}
    refused = client.post(f"/cases/{far.number}/steps/approve/", sent)
    assert refused.status_code == 400
    assert "Say why" in refused.content.decode()
    assert client.post(f"/cases/{far.number}/steps/approve/", sent | {"text": "审批在办"}).status_code == 302
    far.refresh_from_db()
    assert far.stage == Stage.DISPATCH
    shown = client.get(f"/cases/{far.number}/").content.decode()
    assert "counts although it lies after the limit" in shown
    assert "The plan&#x27;s date counts, although it lies after the limit" in shown


def test_the_api_takes_and_shows_it(world: World) -> None:
    case = planned(world, 20)
    answer = browser(world, "bureau").post(
        f"/api/v1/cases/{case.number}/steps/approve/", {"past_limit": True, "text": "审批在办"},
        content_type="application/json", headers={"If-Match": f'"v{case.version}"', "Idempotency-Key": "a"},
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    plan = browser(world, "bureau").get(f"/api/v1/cases/{case.number}/").json()["plans"][0]
    assert plan["past_limit"]
