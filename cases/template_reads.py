"""Plan templates for their pages. Each read takes an ``Access``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from accounts.roles import May
from cases.choices import classes
from cases.forms import class_choices
from cases.models import PlanTemplate
from cases.plan_selectors import templates_for
from cases.template_rules import finish_of
from core.errors import NotAllowed, NotFound, Sentence
from core.models import AuditEntry
from grids.access import Access
from grids.models import Area

_NONE_SUCH: Sentence = _("There is no such plan template in your district.")


def check_may_read_templates(access: Access) -> None:
    """Refuse whoever sees no whole district.

    Raises:
        NotAllowed: posted to a street, community, grid or unit only, or configuring without cases.
    """
    if not any(access.levels.get(i) == Area.Level.DISTRICT for i in access.area_ids(May.SEE_CASES)):
        raise NotAllowed(_("Plan templates are kept at the district: ask the station."))


def may_keep(access: Access) -> bool:
    """Whether this person keeps templates anywhere."""
    return access.may(May.KEEP_PLAN_TEMPLATES)


def templates_found(access: Access, *, q: str = "", use: str = "yes") -> QuerySet[PlanTemplate]:
    """The same narrowed by words of class or title, and by ``use`` ("yes", "no", "" for both)."""
    check_may_read_templates(access)
    rows = templates_for(access)
    if words := q.replace("\x00", "").strip()[:60]:
        named = Q(case_class__name__icontains=words) | Q(case_class__name_en__icontains=words)
        rows = rows.filter(named | Q(case_class__code__startswith=words) | Q(title__icontains=words))
    return rows.filter(retired_at__isnull=use == "yes") if use in ("yes", "no") else rows


def template_seen(access: Access, template_id: int) -> PlanTemplate:
    """One template of the scope.

    Raises:
        NotAllowed: reads no templates at all. NotFound: none such in the scope.
    """
    template = templates_found(access, use="").filter(pk=min(template_id, 2**62)).first()
    if template is None:
        raise NotFound(_NONE_SUCH)
    return template


def filled_from(template: PlanTemplate, now: datetime) -> dict[str, Any]:
    """What a plan's form begins with, as its fields take it."""
    return {
        "template": template.ref,
        "measures": "\n".join(template.measures),
        "lead_unit": template.lead_unit.code,
        "assisting_units": [unit.code for unit in template.assisting_units.all()],
        "finish_by": localtime(finish_of(template, now)).strftime("%Y-%m-%dT%H:%M"),
    }


def template_page(access: Access, template_id: int) -> dict[str, Any]:
    """What the page of a template shows: itself, who changed it when, and whether one may."""
    template = template_seen(access, template_id)
    entries = AuditEntry.objects.filter(subject=f"plan_template:{template.pk}").select_related("actor")
    return {
        "template": template,
        "may_keep": template.in_use and access.may_in(May.KEEP_PLAN_TEMPLATES, [template.area_id]),
        "history": [_told(entry) for entry in entries.order_by("-at", "-pk")[:30]],
    }


_LABELS: Mapping[str, Sentence] = {
    "plan_template.create": _("Template created"),
    "plan_template.change": _("Template changed"),
    "plan_template.retire": _("Template retired"),
}
_FACTS: Mapping[str, Sentence] = {
    "title": _("Title"),
    "measures": _("Measures"),
    "lead_unit": _("Lead unit"),
    "assisting_units": _("Assisting units"),
    "finish": _("Time to finish"),
}


def _told(entry: AuditEntry) -> dict[str, Any]:
    moved = [name for name in _FACTS if entry.before and entry.after.get(name) != entry.before.get(name)]
    lines = [f"{_FACTS[name]}: {_shown(entry.before, name)} → {_shown(entry.after, name)}" for name in moved]
    return {
        "label": _LABELS[entry.action],
        "at": entry.at,
        "who": str(entry.actor or _("The system")),
        "text": "\n".join(lines) if entry.action == "plan_template.change" else "",
    }


def _shown(facts: Mapping[str, Any], name: str) -> str:
    value = facts.get(name) or "—"
    return "；".join(map(str, value)) if isinstance(value, list) else str(value)


def template_choices(access: Access) -> dict[str, Any]:
    """What a template chooses from: classes in use, one's districts, the units that work there.

    Raises:
        NotAllowed: keeps templates nowhere.
    """
    if not may_keep(access):
        raise NotAllowed(_("Plan templates are kept by the district station."))
    placed = Area.objects.filter(
        pk__in=access.area_ids(May.KEEP_PLAN_TEMPLATES), level=Area.Level.DISTRICT, valid_to__isnull=True
    )
    where = Q(district_code__in=placed.values("code")) | Q(district_code="")
    units = Unit.objects.filter(where, active=True).exclude(kind=Unit.Kind.COMMUNITY)
    return {
        "case_class": class_choices(classes()),
        "area": list(placed.order_by("code").values_list("code", "name")),
        "units": list(units.order_by("line", "name").values_list("code", "name")),
    }


def change_initial(template: PlanTemplate) -> dict[str, Any]:
    """What the form of a change begins with."""
    return {
        "case_class": template.case_class.key,
        "area": template.area.code,
        "title": template.title,
        "measures": "\n".join(template.measures),
        "lead_unit": template.lead_unit.code,
        "assisting_units": [unit.code for unit in template.assisting_units.all()],
        "finish_value": template.finish_value,
        "finish_unit": template.finish_unit,
    }
