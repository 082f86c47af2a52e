"""What tests of plans share: a template, and cases that wait for a plan."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from cases.models import Case, PlanTemplate
from cases.services.plan_templates import plan_template_create
from cases.template_rules import finish_of
from cases.workflow import Stage
from core import clock
from tests.cast import NOW, World
from tests.walk import TO_PLAN, go, report, step

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
    """Cases at the cast's home that wait for a plan."""
    return [go(world, report(world), *TO_PLAN, condition=condition) for _one in range(wanted)]


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
