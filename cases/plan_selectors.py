"""Reads of what plans are made of. Each takes an ``Access``, or a case that was read within one."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.roles import May
from cases.models import ActionPlan, Case, PlanBatch, PlanTemplate
from cases.models.marks import PlanOwed
from cases.selectors import cases_for
from cases.workflow import BY_ACTION, OPEN, Action, Stage
from core.errors import NotAllowed, NotFound
from grids.access import Access


def templates_for(access: Access) -> QuerySet[PlanTemplate]:
    """The templates of the districts in the scope, retired ones too."""
    rows = PlanTemplate.objects.filter(area_id__in=access.area_ids(May.SEE_CASES))
    joins = ("case_class", "area", "lead_unit", "changed_by")
    return rows.select_related(*joins).defer("area__outline").prefetch_related("assisting_units")


def templates_of(case: Case) -> list[PlanTemplate]:
    """The templates in use that a plan of this case can begin from, by title."""
    rows = PlanTemplate.objects.filter(
        area_id=case.district_id, case_class_id=case.case_class_id, retired_at__isnull=True
    )
    return list(rows.select_related("lead_unit").prefetch_related("assisting_units").order_by("title", "pk"))


def check_may_choose(access: Access, action: Action) -> None:
    """Refuse whoever takes this step nowhere, before a choice of cases is looked at.

    Raises:
        NotAllowed: none of the step's roles is held over any area.
    """
    if not _places(access, action):
        sentence = _PLANS if action is Action.SUBMIT_PLAN else _DECISIONS
        raise NotAllowed(sentence)


_PLANS = _("Plans are written by the district station. Ask your administrator if you belong to it.")
_DECISIONS = _("Plans are decided on by the bureau and its deputies. Ask your administrator if you are one.")
_STAGES = {
    Action.SUBMIT_PLAN: Stage.PLAN,
    Action.APPROVE: Stage.APPROVE,
    Action.RETURN_PLAN: Stage.APPROVE,
    Action.DISPATCH: Stage.DISPATCH,
}


def _places(access: Access, action: Action) -> frozenset[int]:
    by = BY_ACTION[action, _STAGES[action]].by
    return frozenset().union(*(ids for role, ids in access.areas.items() if role in by))


def check_may_there(access: Access, action: Action, district_id: int) -> None:
    """Refuse whoever takes this step on no case of the district.

    Raises:
        NotAllowed: none of the step's roles is held over it.
    """
    if district_id not in _places(access, action):
        raise NotAllowed(_DECISIONS if action in (Action.APPROVE, Action.RETURN_PLAN) else _PLANS)


def cases_awaiting(access: Access, action: Action) -> QuerySet[Case]:
    """The cases that wait for a plan to be submitted or approved where this person does that, oldest first.

    Raises:
        NotAllowed: they do it nowhere.
    """
    check_may_choose(access, action)
    rows = cases_for(access).filter(district_id__in=_places(access, action), suspended_until__isnull=True)
    waits = Q(stage=_STAGES[action])
    if action is Action.APPROVE:
        # The plan owed for an emergency is submitted while the work goes on.
        waits |= Q(stage__in=OPEN, plan_owed=PlanOwed.SUBMITTED)
    return rows.filter(waits).order_by("stage_since", "pk")


def usable_templates() -> QuerySet[PlanTemplate]:
    """Templates that can be submitted as they are; the caller narrows them to the places of cases seen."""
    rows = PlanTemplate.objects.filter(retired_at__isnull=True, lead_unit__active=True)
    return rows.select_related("lead_unit", "case_class").prefetch_related("assisting_units")


def with_template(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Of these cases those whose class has a usable template in their district."""
    fitting = PlanTemplate.objects.filter(
        area_id=OuterRef("district_id"),
        case_class_id=OuterRef("case_class_id"),
        retired_at__isnull=True,
        lead_unit__active=True,
    )
    return rows.filter(Exists(fitting))


def templates_by_case(cases: Collection[Case]) -> dict[int, list[PlanTemplate]]:
    """The usable templates for each of these cases, by title; in one query and one for their units."""
    places = {(case.district_id, case.case_class_id) for case in cases}
    rows = usable_templates().filter(
        area_id__in={area for area, _class in places}, case_class_id__in={key for _area, key in places}
    )
    found: dict[tuple[int, int | None], list[PlanTemplate]] = {}
    for row in rows.order_by("title", "pk"):
        found.setdefault((row.area_id, row.case_class_id), []).append(row)
    return {case.pk: found.get((case.district_id, case.case_class_id), []) for case in cases}


def unchanged_plans(rows: QuerySet[Case], *, unchanged: bool = True) -> QuerySet[Case]:
    """Of these cases those whose submitted plan is an unchanged template; or the others."""
    plans = ActionPlan.objects.filter(
        case_id=OuterRef("pk"), state=ActionPlan.State.SUBMITTED, template_unchanged=True
    )
    return rows.filter(Exists(plans) if unchanged else ~Exists(plans))


def with_submitted_plans(rows: QuerySet[Case]) -> QuerySet[Case]:
    """The same with ``case.submitted``: the plan that waits, as a list of one or none."""
    joins = ("lead_unit", "author", "template", "campaign_plan__campaign")
    plans = ActionPlan.objects.filter(state=ActionPlan.State.SUBMITTED).select_related(*joins)
    plans = plans.prefetch_related("measures", "assisting_units")
    return rows.prefetch_related(Prefetch("plans", queryset=plans, to_attr="submitted"))


def batch_for(access: Access, batch_id: UUID) -> PlanBatch:
    """A batch of this person's.

    Raises:
        NotFound: none such.
    """
    batch = PlanBatch.objects.filter(pk=batch_id, actor_id=access.user_id or 0).first()
    if batch is None:
        raise NotFound(_("You have chosen no cases here. Begin with the list."))
    return batch
