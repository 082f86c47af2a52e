"""Reads of action plans beside the case page: two versions compared. Each takes an ``Access``."""

from django.utils.translation import gettext_lazy as _

from cases.models import ActionPlan, Case
from cases.plan_difference import Difference, Wording, difference_between
from cases.selectors import case_for, plans_of
from core.errors import NotFound
from grids.access import Access


def wording_of(plan: ActionPlan) -> Wording:
    """What a case's plan says, with its measures and units already read."""
    return Wording(
        plan.version,
        tuple(measure.text for measure in plan.measures.all()),
        plan.lead_unit,
        tuple(plan.assisting_units.all()),
        plan.finish_by,
    )


def plan_difference(
    access: Access, number: str, *, old: int | None = None, new: int | None = None
) -> tuple[Case, Difference]:
    """A case and what changed between two versions of its plan; the newest against the one before.

    Raises:
        NotFound: no such case in the scope, or no such version of its plan.
    """
    case = case_for(access, number)
    plans = {plan.version: plan for plan in plans_of(case)}
    after = new if new is not None else max(plans, default=0)
    before = old if old is not None else after - 1
    if before not in plans or after not in plans:
        raise NotFound(_("The plan of this case has no such version. Open the case to see its versions."))
    return case, difference_between(wording_of(plans[before]), wording_of(plans[after]))
