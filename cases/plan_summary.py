"""What submitting or approving many plans would do, before it is done, and what came of it afterwards."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cases import plan_selectors as selectors
from cases.lists import row_of
from cases.models import Case, CaseClass, PlanBatch, PlanTemplate
from cases.plan_choosing import deciding, submitted_plan
from cases.plan_picks import Pick, picks_of
from cases.selectors import cases_for
from cases.template_rules import finish_of
from cases.workflow import Action
from core.errors import Sentence
from grids.access import Access


@dataclass(slots=True)
class Group:
    """Cases whose plan says the same: how many, and what it says."""

    title: str
    version: int
    case_class: CaseClass
    lead_unit: Unit
    assisting_units: tuple[Unit, ...]
    measures: tuple[str, ...]
    finish_first: datetime
    finish_last: datetime
    picks: list[Pick] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.picks)


@dataclass(slots=True)
class Summary:
    """What would be done: groups of cases, and those that can't go with them, each with a sentence."""

    groups: list[Group]
    left_out: list[tuple[str, Sentence]]

    @property
    def picks(self) -> list[Pick]:
        return [pick for group in self.groups for pick in group.picks]

    @property
    def total(self) -> int:
        return sum(group.count for group in self.groups)


def summary_of(access: Access, action: Action, raw: object, *, now: datetime) -> Summary:
    """What submitting or approving these picks would do. Nothing is written.

    Raises:
        BadInput: no picks, or too many. NotAllowed: the person takes this step nowhere.
    """
    picks = picks_of(raw)
    rows = selectors.cases_awaiting(access, action).filter(number__in=[pick.number for pick in picks])
    if action is Action.APPROVE:
        rows = selectors.with_submitted_plans(rows)
    cases = {case.number: case for case in rows}
    templates = _templates_named(picks, cases.values()) if action is Action.SUBMIT_PLAN else {}
    groups: dict[tuple[int, int], Group] = {}
    left_out: list[tuple[str, Sentence]] = []
    for pick in picks:
        case = cases.get(pick.number)
        if case is None or case.version != pick.version:
            left_out.append((pick.number, _MOVED))
        elif action is Action.SUBMIT_PLAN:
            _to_submit(case, pick, templates, now, groups, left_out)
        else:
            _to_approve(access, case, pick, groups, left_out)
    return Summary(list(groups.values()), left_out)


_MOVED = _("It has moved on meanwhile, or lies outside your area.")
_NO_TEMPLATE = _("Its class has no such template in use. Write its plan on the page of the case.")
_CHANGED = _("Its plan is no unchanged template. Read it on the page of the case, then decide.")
_OWN = _("You wrote its plan, or stand in for who did. A colleague has to decide.")


def _templates_named(picks: Iterable[Pick], cases: Iterable[Case]) -> dict[int, PlanTemplate]:
    named = {pick.template[0] for pick in picks if pick.template}
    districts = {case.district_id for case in cases}
    rows = selectors.usable_templates().filter(pk__in=named, area_id__in=districts)
    return {row.pk: row for row in rows}


def _to_submit(
    case: Case,
    pick: Pick,
    templates: dict[int, PlanTemplate],
    now: datetime,
    groups: dict[tuple[int, int], Group],
    left_out: list[tuple[str, Sentence]],
) -> None:
    template = templates.get(pick.template[0]) if pick.template else None
    fits = template and (template.area_id, template.case_class_id) == (case.district_id, case.case_class_id)
    if template is None or not fits or pick.template != (template.pk, template.version):
        left_out.append((pick.number, _NO_TEMPLATE))
        return
    finish = finish_of(template, now)
    group = groups.setdefault(
        (template.pk, template.version),
        Group(
            template.title, template.version, template.case_class, template.lead_unit,
            tuple(template.assisting_units.all()), tuple(template.measures), finish, finish,
        ),
    )  # fmt: skip
    group.picks.append(pick)


def _to_approve(
    access: Access,
    case: Case,
    pick: Pick,
    groups: dict[tuple[int, int], Group],
    left_out: list[tuple[str, Sentence]],
) -> None:
    about, plan = deciding(access, case), submitted_plan(case)
    if plan is None or not about["together"] or plan.template is None or case.case_class is None:
        left_out.append((pick.number, _OWN if about["own"] else _CHANGED))
        return
    group = groups.setdefault(
        (plan.template.pk, plan.template_version or 0),
        Group(
            plan.template.title, plan.template_version or 0, case.case_class, plan.lead_unit,
            tuple(plan.assisting_units.all()), tuple(m.text for m in plan.measures.all()), plan.finish_by,
            plan.finish_by,
        ),
    )  # fmt: skip
    group.finish_first = min(group.finish_first, plan.finish_by)
    group.finish_last = max(group.finish_last, plan.finish_by)
    group.picks.append(pick)


def results_of(access: Access, batch: PlanBatch) -> dict[str, Any]:
    """What came of a batch so far: its items in order, each with its case where one may still see it."""
    items = list(batch.items.select_related("template").order_by("seq"))
    seen = cases_for(access).filter(number__in=[item.number for item in items])
    cases = {case.number: case for case in seen}
    counts = {state: sum(item.state == state for item in items) for state in ("waiting", "done", "refused")}
    return {
        "batch": batch,
        "items": [{"item": item, "row": _seen(access, cases.get(item.number))} for item in items],
        "counts": counts,
        "settled": counts["done"] + counts["refused"],
        "total": len(items),
    }


def _seen(access: Access, case: Case | None) -> dict[str, Any] | None:
    return row_of(case, access.at) if case else None
