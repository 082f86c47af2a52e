"""Going through a campaign as the cast, through the services alone."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from cases.campaign_reads import Whole, whole_campaign
from cases.models import Case
from cases.services.campaign_leave import campaign_leave
from cases.services.campaign_steps import campaign_decide, campaign_dispatch
from cases.services.campaigns import campaign_open
from cases.workflow import Action
from tests.cases.plans.helpers import LATER, fresh
from tests.cast import NOW, World

FINISH = (NOW + timedelta(days=10)).isoformat()


def plan_raw(cases: Sequence[Case], **changes: Any) -> dict[str, Any]:
    """A whole campaign over these cases, in their versions now."""
    return {
        "title": "夜市招牌整治",
        "measures": ["集中约谈", "统一拆除"],
        "lead_unit": "cs-clean",
        "assisting_units": ["cs-green"],
        "finish_by": FINISH,
        "cases": chosen(cases),
    } | changes


def chosen(cases: Sequence[Case]) -> list[dict[str, Any]]:
    return [{"number": case.number, "version": fresh(case).version} for case in cases]


def begin(world: World, cases: Sequence[Case], who: str = "station", /, **changes: Any) -> dict[str, Any]:
    raw = plan_raw(cases) | changes
    return campaign_open(access=world.access(who, LATER), raw=raw, key=str(uuid4()), now=LATER)


def act(
    world: World, service: Any, who: str, answer: dict[str, Any], raw: Any, **more: Any
) -> dict[str, Any]:
    """One act on the campaign of an answer, on the version it gave unless told otherwise."""
    given = {"version": answer["version"], "key": str(uuid4()), "now": LATER} | more
    done: dict[str, Any] = service(
        access=world.access(who, LATER), campaign_id=UUID(answer["campaign"]), raw=raw, **given
    )
    return done


def approve(
    world: World, answer: dict[str, Any], cases: Sequence[Case], who: str = "bureau", **raw: Any
) -> Any:
    return act(world, campaign_decide, who, answer, {"cases": chosen(cases), **raw}, action=Action.APPROVE)


def send_back(world: World, answer: dict[str, Any], cases: Sequence[Case], **raw: Any) -> dict[str, Any]:
    given = {"cases": chosen(cases), "reason": "再细化", **raw}
    return act(world, campaign_decide, "bureau", answer, given, action=Action.RETURN_PLAN)


def dispatch(world: World, answer: dict[str, Any], cases: Sequence[Case]) -> dict[str, Any]:
    return act(world, campaign_dispatch, "station", answer, {"cases": chosen(cases)})


def whole(world: World, answer: dict[str, Any], who: str = "station") -> Whole:
    return whole_campaign(world.access(who, LATER), UUID(answer["campaign"]))


def leave(
    world: World, answer: dict[str, Any], case: Case, who: str = "station", **raw: Any
) -> dict[str, Any]:
    return act(world, campaign_leave, who, answer, {**chosen([case])[0], "reason": "须单独处理", **raw})
