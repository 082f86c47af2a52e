"""What tests of plans share: a template, and cases that wait for a plan."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from cases.models import Case, PlanTemplate
from cases.services.campaign_steps import campaign_decide
from cases.services.campaigns import campaign_open
from cases.services.plan_batches import plan_batch_open
from cases.services.plan_templates import plan_template_create
from cases.template_rules import finish_of
from cases.workflow import Action, Stage
from core import clock
from tests.cast import NOW, World
from tests.walk import report, step, usual

SIGN = "matter-07006"
LATER = NOW + timedelta(hours=2)  # after everything the walks do
_titles = count(1)


def template_raw(**changes: Any) -> dict[str, Any]:
    """A whole template of 长寿 for the class of signs."""
    return {
        "area": "500115",
        "case_class": SIGN,
        "title": f"招牌整改{next(_titles)}",
        "measures": ["约谈店主", "限期拆除"],
        "lead_unit": "cs-clean",
        "assisting_units": ["cs-green"],
        "finish_value": 3,
        "finish_unit": "day",
    } | changes


def a_template(world: World, **changes: Any) -> PlanTemplate:
    """One the station keeps."""
    answer = plan_template_create(
        access=world.access("station"), raw=template_raw(**changes), key=str(uuid4()), now=NOW
    )
    return PlanTemplate.objects.get(pk=answer["id"])


def plan_of(template: PlanTemplate, now: Any, **changes: Any) -> dict[str, Any]:
    """The input of a plan that leaves its template as it is, but for ``changes``."""
    return {
        "template": {"id": template.pk, "version": template.version},
        "measures": list(template.measures),
        "lead_unit": template.lead_unit.code,
        "assisting_units": [unit.code for unit in template.assisting_units.all()],
        "finish_by": finish_of(template, now).isoformat(),
    } | changes


def waiting(world: World, wanted: int = 1, condition: str = "sign") -> list[Case]:
    """Cases at the cast's home that have waited for a plan equally long, so that lists show them in order."""
    made = []
    for _one in range(wanted):
        case = report(world)
        raw = usual(world, "verify", "officer", condition, case)
        made.append(step(world, case, "verify", "officer", now=NOW + timedelta(minutes=5), **raw))
    return made


def submitted(world: World, template: PlanTemplate, cases: Sequence[Case], who: str = "station") -> None:
    """Submit the template, unchanged, for each of these."""
    for case in cases:
        moment = case.stage_since + timedelta(minutes=1)
        step(world, case, "submit_plan", who, now=moment, **plan_of(template, moment))


def fresh(case: Case) -> Case:
    """The case as it stands now."""
    case.refresh_from_db()
    return case


def stages(cases: Sequence[Case]) -> list[Stage]:
    """Where each stands now."""
    return [Stage(fresh(case).stage) for case in cases]


@contextmanager
def doors_at(monkeypatch: Any, moment: Any = LATER) -> Iterator[None]:
    """Doors ask for the time; meanwhile it is always the same."""
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: moment)
        yield


def returned_campaign(world: World, case: Case) -> str:
    """The id of a campaign of this one case that the bureau returned; the case waits for its plan again."""
    plan: dict[str, Any] = {"measures": ["统一拆除"], "lead_unit": "cs-clean"}
    plan["finish_by"] = (LATER + timedelta(days=9)).isoformat()
    answer = campaign_open(
        access=world.access("station", LATER), raw={"title": "整治", "cases": [_pick(case)], **plan},
        key=str(uuid4()), now=LATER,
    )  # fmt: skip
    campaign_decide(
        access=world.access("bureau", LATER), campaign_id=UUID(answer["campaign"]), action=Action.RETURN_PLAN,
        raw={"cases": [_pick(case)], "reason": "再议"}, version=answer["version"], key=str(uuid4()),
        now=LATER,
    )  # fmt: skip
    return str(answer["campaign"])


def open_batch(world: World, case: Case, template: PlanTemplate) -> str:
    """The id of a batch of the station's with this one case, not begun."""
    named = {"template": {"id": template.pk, "version": template.version}}
    answer = plan_batch_open(
        access=world.access("station", LATER), raw={"kind": "submit", "cases": [_pick(case) | named]},
        key=str(uuid4()), now=LATER,
    )  # fmt: skip
    return str(answer["batch"])


def _pick(case: Case) -> dict[str, Any]:
    return {"number": case.number, "version": fresh(case).version}
