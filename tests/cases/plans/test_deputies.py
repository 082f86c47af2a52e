"""A deputy (代批) decides on plans within dates, and both names stand in the history."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.roles import Role
from cases.limits import rules_now
from cases.models import ActionPlan, Case, CaseEvent, StandingPlan
from cases.offers import offered_steps
from cases.selectors import parts_of
from cases.services.standing import standing_plan_approve
from cases.workflow import Stage
from core.errors import BadInput, NotAllowed
from core.models import AuditEntry
from grids.access import grants_recompute
from grids.models import Posting
from grids.services.postings import posting_add
from tests.cases.attempts import later, tried
from tests.cases.browsers import browser
from tests.cast import BEGAN, NOW, World
from tests.walk import case_at, step, usual

DISTRICT = "500115"
DAY = timedelta(days=1)


def deputise(
    world: World, who: str, *, of: str = "bureau", begins: datetime = BEGAN, days: int = 600
) -> None:
    """Post somebody as the bureau in the place of somebody else."""
    Posting.objects.create(
        user=world.people[who], role=Role.BUREAU, area=world.areas[DISTRICT], starts_at=begins,
        ends_at=begins + days * DAY, deputy_of=world.people[of],
    )  # fmt: skip
    grants_recompute(world.people[who])


def attempt(world: World, case: Case, who: str, action: str = "approve") -> object:
    return tried(case, action, world.access(who, later(case)), usual(world, action, who, case=case))


@pytest.mark.parametrize("action", ["approve", "return_plan"])
def test_a_deputy_decides_as_the_bureau_and_both_are_named(world: World, action: str) -> None:
    deputise(world, "director")
    case = case_at(world, Stage.APPROVE)
    step(world, case, action, "director", **usual(world, action, "director"))
    event = CaseEvent.objects.get(case=case, action=action)
    assert (event.actor, event.role) == (world.people["director"], "bureau")
    assert event.data["deputy_of"] == world.people["bureau"].pk
    plan = ActionPlan.objects.get(case=case)
    assert (plan.approver, plan.decided_for) == (world.people["director"], world.people["bureau"])
    page = browser(world, "station").get(f"/cases/{case.number}/").content.decode()
    assert "As deputy of 区局甲" in page
    assert "(as deputy of 区局甲)" in page
    api = browser(world, "station").get(f"/api/v1/cases/{case.number}/events/").json()["results"]
    assert api[-1]["facts"]["deputy_of"] == "区局甲"


@pytest.mark.parametrize("begins", [BEGAN - 900 * DAY, NOW + 30 * DAY])
def test_outside_the_dates_a_deputy_decides_nothing(world: World, begins: datetime) -> None:
    deputise(world, "director", begins=begins)
    assert type(attempt(world, case_at(world, Stage.APPROVE), "director")) is NotAllowed


def test_a_deputy_does_not_decide_on_their_own_plan(world: World) -> None:
    deputise(world, "station")
    case = case_at(world, Stage.APPROVE)
    assert type(attempt(world, case, "station")) is NotAllowed
    assert type(attempt(world, case, "station", "return_plan")) is NotAllowed


def test_nor_on_a_plan_of_the_one_they_stand_in_for(world: World) -> None:
    """The head of the bureau also serves at the station and wrote the plan."""
    deputise(world, "director", of="station")
    Posting.objects.create(
        user=world.people["station"], role=Role.BUREAU, area=world.areas[DISTRICT], starts_at=BEGAN
    )
    case = case_at(world, Stage.APPROVE)
    for action in ("approve", "return_plan"):
        refusal = attempt(world, case, "director", action)
        assert type(refusal) is NotAllowed
        assert "代" in str(refusal) or "stand in" in str(refusal)
    access = world.access("director", later(case))
    assert not {"approve", "return_plan"} & {
        s.action.value for s in offered_steps(access, case, parts_of(case), rules_now())
    }
    assert attempt(world, case, "bureau") is None


def test_whoever_also_holds_the_post_decides_in_their_own_right(world: World) -> None:
    deputise(world, "director", of="station")
    Posting.objects.create(
        user=world.people["director"], role=Role.BUREAU, area=world.areas[DISTRICT], starts_at=BEGAN
    )
    case = step(world, case_at(world, Stage.APPROVE), "approve", "director")
    assert "deputy_of" not in CaseEvent.objects.get(case=case, action="approve").data
    assert ActionPlan.objects.get(case=case).decided_for is None


def test_the_database_holds_it_too(world: World) -> None:
    plan = ActionPlan.objects.get(case=case_at(world, Stage.APPROVE))
    with pytest.raises(IntegrityError), transaction.atomic():
        ActionPlan.objects.filter(pk=plan.pk).update(decided_for=plan.author)


def test_a_deputy_approves_standing_plans_but_not_those_of_the_one_stood_in_for(world: World) -> None:
    draft = StandingPlan.objects.get(case_class__code="06010")
    StandingPlan.objects.filter(pk=draft.pk).update(state="draft", approver=None)
    deputise(world, "director", of="station")
    with pytest.raises(NotAllowed):
        standing_plan_approve(access=world.access("director"), plan_id=draft.pk, now=NOW)
    deputise(world, "leader")
    standing_plan_approve(access=world.access("leader"), plan_id=draft.pk, now=NOW)
    entry = AuditEntry.objects.get(action="standing_plan.approve")
    assert (entry.actor_id, entry.after["deputy_of"]) == (
        world.people["leader"].pk, world.people["bureau"].pk,
    )  # fmt: skip


def appoint(world: World, **how: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "username": "director", "role": "bureau", "place": DISTRICT, "deputy_of": "bureau",
        "ends_at": NOW + 7 * DAY,
    }  # fmt: skip
    return posting_add(access=world.access("admin"), now=NOW, key=str(uuid4()), **(given | how))


def test_the_administrator_appoints_a_deputy_within_dates(world: World) -> None:
    appoint(world)
    access = world.access("director", NOW + DAY)
    assert access.stands_in_for({Role.BUREAU}, [world.areas[DISTRICT].pk]) == world.people["bureau"].pk
    assert Role.BUREAU not in world.access("director", NOW + 8 * DAY).roles


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"ends_at": None}, "ends_at"),
        ({"deputy_of": "director"}, "deputy_of"),
        ({"deputy_of": "station"}, "deputy_of"),
    ],
)
def test_a_deputy_without_an_end_or_of_nobody_in_the_post_is_refused(
    world: World, how: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        appoint(world, **how)
    assert refusal.value.field == field
    assert not Posting.objects.filter(deputy_of__isnull=False).exists()


def test_nobody_is_the_deputy_of_a_deputy(world: World) -> None:
    appoint(world)
    with pytest.raises(BadInput):
        appoint(world, username="leader", deputy_of="director")
