"""Reads of what plans are made of. Each takes an ``Access``, or a case that was read within one."""

from django.db.models import QuerySet

from accounts.roles import May
from cases.models import Case, PlanTemplate
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
