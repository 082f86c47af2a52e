"""Standing plans: the station drafts, the bureau approves beforehand, versions follow one another."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from cases.models import StandingPlan
from cases.services.standing import standing_plan_approve, standing_plan_draft, standing_plan_retire
from core.errors import BadInput, NotAllowed, NotFound, Stale
from core.models import AuditEntry
from tests.cast import NOW, World


def draft(world: World, who: str = "station", **changes: Any) -> StandingPlan:
    raw = {
        "area": "500115",
        "case_class": world.conditions["tree"].case_class.key,
        "measures": ["修剪", "清运"],
        "lead_unit": "cs-green",
    } | changes
    answer = standing_plan_draft(access=world.access(who), raw=raw, key=str(uuid4()), now=NOW)
    return StandingPlan.objects.get(pk=answer["id"])


def test_a_draft_counts_once_the_bureau_has_approved_it(world: World) -> None:
    plan = draft(world)
    assert plan.state == StandingPlan.State.DRAFT
    standing_plan_approve(access=world.access("bureau"), plan_id=plan.pk, now=NOW)
    plan.refresh_from_db()
    assert (plan.state, plan.approver) == (StandingPlan.State.APPROVED, world.people["bureau"])
    actions = AuditEntry.objects.filter(subject=f"standing_plan:{plan.pk}").values_list("action", flat=True)
    assert set(actions) == {"standing_plan.draft", "standing_plan.approve"}


def test_the_next_version_retires_the_one_in_force(world: World) -> None:
    first = draft(world)
    standing_plan_approve(access=world.access("bureau"), plan_id=first.pk, now=NOW)
    second = draft(world, measures=["修剪"])
    standing_plan_approve(access=world.access("bureau"), plan_id=second.pk, now=NOW)
    first.refresh_from_db()
    assert (first.state, second.version) == (StandingPlan.State.RETIRED, 2)


@pytest.mark.parametrize("who", ["worker", "officer", "bureau", "cleaner", "stranger", "admin"])
def test_only_the_station_of_the_area_drafts(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        draft(world, who)


@pytest.mark.parametrize(("who", "refusal"), [("station", NotAllowed), ("stranger_bureau", NotFound)])
def test_only_the_bureau_of_the_area_approves(world: World, who: str, refusal: type[Exception]) -> None:
    plan = draft(world)
    with pytest.raises(refusal):
        standing_plan_approve(access=world.access(who), plan_id=plan.pk, now=NOW)


def test_approving_twice_is_stale(world: World) -> None:
    plan = draft(world)
    standing_plan_approve(access=world.access("bureau"), plan_id=plan.pk, now=NOW)
    with pytest.raises(Stale):
        standing_plan_approve(access=world.access("bureau"), plan_id=plan.pk, now=NOW)


def test_a_plan_in_force_is_retired_by_the_bureau_and_a_draft_by_the_station(world: World) -> None:
    plan = draft(world)
    standing_plan_approve(access=world.access("bureau"), plan_id=plan.pk, now=NOW)
    with pytest.raises(NotAllowed):
        standing_plan_retire(access=world.access("station"), plan_id=plan.pk, now=NOW)
    standing_plan_retire(access=world.access("bureau"), plan_id=plan.pk, now=NOW)
    standing_plan_retire(access=world.access("station"), plan_id=draft(world).pk, now=NOW)
    with pytest.raises(Stale):
        standing_plan_retire(access=world.access("bureau"), plan_id=plan.pk, now=NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"area": "500115001001"}, "area"),
        ({"area": "nowhere"}, "area"),
        ({"measures": []}, "measures"),
        ({"lead_unit": "spb-clean"}, "lead_unit"),
        ({"case_class": "matter-99999"}, "case_class"),
        ({"valid_from": "soon"}, "valid_from"),
        ({"valid_to": (NOW - timedelta(days=9)).date().isoformat()}, "valid_to"),
    ],
)
def test_a_draft_that_can_not_be_is_refused_by_field(
    world: World, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        draft(world, **changes)
    assert refused.value.field == field
    assert StandingPlan.objects.filter(state=StandingPlan.State.DRAFT).count() == 0
