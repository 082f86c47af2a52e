"""The lists on which cases are chosen for a plan or a decision on many of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from accounts.roles import May
from cases import plan_selectors as selectors
from cases.filters import filters_of
from cases.lists import row_of
from cases.models import ActionPlan, Case, CaseClass, PlanTemplate
from cases.narrowing import filtered, searched
from cases.plan_forms import ChooseFilter
from cases.plan_picks import MOST, Pick, raw_picks
from cases.policies import check_four_eyes, permits
from cases.workflow import BY_ACTION, Action, Stage
from core.paging import page_of
from grids.access import Access
from grids.models import Area
from grids.selectors import areas_in

_SIZE = 50
_DECIDING = BY_ACTION[Action.APPROVE, Stage.APPROVE]


def found_for(access: Access, query: QueryDict, action: Action) -> QuerySet[Case]:
    """The cases that wait for the step, narrowed by what the address bar says.

    Raises:
        NotAllowed: the person takes this step nowhere.
    """
    wanted = {name: values for name, values in filters_of(query).items() if name in ("street", "class")}
    rows = filtered(selectors.cases_awaiting(access, action), wanted)
    rows = searched(rows, access, query.get("q", ""))
    match query.get("plan", ""):
        case "template":
            return selectors.with_template(rows)
        case "unchanged":
            return selectors.unchanged_plans(rows)
        case "other":
            return selectors.unchanged_plans(rows, unchanged=False)
    return rows


def choose_page(access: Access, query: QueryDict, action: Action) -> dict[str, Any]:
    """The context of a list to choose from, in at most six queries.

    Raises:
        NotAllowed: the person takes this step nowhere. BadInput: the page marker is not one of ours.
    """
    rows = found_for(access, query, action)
    if action is Action.APPROVE:
        rows = selectors.with_submitted_plans(rows)
    page = page_of(rows, by="stage_since", cursor=query.get("cursor", ""), size=_SIZE)
    kept = query.copy()
    kept.pop("cursor", None)
    made = deciding_rows(access, page.rows) if action is Action.APPROVE else planning_rows(access, page.rows)
    return {
        "page": page,
        "rows": made,
        "form": ChooseFilter(
            query, action=action, streets=_streets(access), classes=_classes(access, action)
        ),
        "query": kept.urlencode(),
        "narrowed": any(query.get(name) for name in ("q", "street", "class", "plan")),
        "most": MOST,
    }


def _streets(access: Access) -> list[tuple[str, str]]:
    rows = areas_in(access, May.SEE_CASES, level=Area.Level.STREET).filter(valid_to__isnull=True)
    named = rows.order_by("code").values_list("code", "short_name", "name")
    return [(code, short or name) for code, short, name in named]


def _classes(access: Access, action: Action) -> list[tuple[str, str]]:
    waiting = selectors.cases_awaiting(access, action).order_by().values("case_class_id")
    return [(row.key, str(row)) for row in CaseClass.objects.filter(pk__in=waiting)]


def planning_rows(access: Access, cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Cases that wait for a plan, each with the templates it can begin from."""
    templates = selectors.templates_by_case(cases)
    return [
        row_of(case, access.at)
        | {"pick": Pick(case.number, case.version).ref, "templates": templates[case.pk]}
        for case in cases
    ]


def deciding_rows(access: Access, cases: Iterable[Case]) -> list[dict[str, Any]]:
    """Cases that wait for approval, each with its plan; ``together`` when it may go with others."""
    return [row_of(case, access.at) | deciding(access, case) for case in cases]


def deciding(access: Access, case: Case) -> dict[str, Any]:
    """Whether this person may decide on the plan of a case read by ``with_submitted_plans``, and how."""
    plan = submitted_plan(case)
    free = permits(check_four_eyes, case, _DECIDING, access, ())
    return {
        "pick": Pick(case.number, case.version).ref,
        "plan": plan,
        "own": not free,
        "together": free and plan is not None and plan.template_unchanged,
    }


def submitted_plan(case: Case) -> ActionPlan | None:
    """The plan that waits, of a case read by ``with_submitted_plans``."""
    return next(iter(case.submitted), None)  # type: ignore[attr-defined]


def all_found(access: Access, query: QueryDict, action: Action) -> list[dict[str, Any]]:
    """Everything the list shows over all its pages that can go together, at most 200, as raw picks."""
    rows = found_for(access, query, action).order_by("stage_since", "pk")
    if action is Action.APPROVE:
        found = selectors.with_submitted_plans(selectors.unchanged_plans(rows))[:MOST]
        return raw_picks(Pick(c.number, c.version) for c in found if deciding(access, c)["together"])
    cases = list(rows[:MOST])
    templates = selectors.templates_by_case(cases)
    return raw_picks(_with_first(case, templates[case.pk]) for case in cases)


def _with_first(case: Case, templates: Sequence[PlanTemplate]) -> Pick:
    first = (templates[0].pk, templates[0].version) if templates else None
    return Pick(case.number, case.version, first)
