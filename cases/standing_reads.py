"""Reads of standing plans for their pages. Each takes an ``Access``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from accounts.roles import May, Role
from cases.choices import classes, units_grouped
from cases.forms import class_choices
from cases.models import StandingPlan
from cases.services.standing import standing_plans_for
from core.errors import NotAllowed, NotFound, Sentence
from grids.access import Access
from grids.models import Area

_ZONE = ZoneInfo("Asia/Shanghai")
_LEVELS = (Area.Level.DISTRICT, Area.Level.STREET)


@dataclass(frozen=True, slots=True)
class Told:
    """One measure of a plan; ``fresh`` when the version in force has no such measure."""

    text: str
    fresh: bool


def check_may_read_plans(access: Access) -> None:
    """Refuse whoever sees no whole district: standing plans are the district's.

    Raises:
        NotAllowed: posted to a street, community, grid or unit only, or configuring without cases.
    """
    if not any(access.levels.get(i) == Area.Level.DISTRICT for i in access.area_ids(May.SEE_CASES)):
        raise NotAllowed(_("Standing plans are kept at the district: ask the station or the bureau."))


def may_draft(access: Access) -> bool:
    """Whether this person drafts standing plans anywhere."""
    return access.may(May.DRAFT_STANDING_PLAN)


def plans_found(access: Access, *, q: str = "", state: str = "", area: str = "") -> QuerySet[StandingPlan]:
    """The standing plans in the scope, narrowed by words of the class, state and code of the area."""
    check_may_read_plans(access)
    rows = standing_plans_for(access).defer("area__outline")
    if words := q.replace("\x00", "").strip()[:60]:
        named = Q(case_class__name__icontains=words) | Q(case_class__name_en__icontains=words)
        rows = rows.filter(named | Q(case_class__code__startswith=words))
    simple = {"state": state, "area__code": area}
    return rows.filter(**{name: value for name, value in simple.items() if value})


def area_choices(access: Access, ability: May) -> list[tuple[str, str]]:
    """Codes and names of the districts and streets in force in the scope of an ability."""
    rows = Area.objects.filter(access.area_q(ability), level__in=_LEVELS, valid_to__isnull=True)
    named = rows.order_by("code").values_list("code", "level", "name")
    return [(code, _area_name(level, name)) for code, level, name in named]


def _area_name(level: str, name: str) -> str:
    return str(_("%(name)s, the whole district") % {"name": name}) if level == Area.Level.DISTRICT else name


def plan_seen(access: Access, pk: int) -> StandingPlan:
    """One standing plan of the scope.

    Raises:
        NotAllowed: reads no standing plans at all. NotFound: none such in the scope.
    """
    plan = plans_found(access).filter(pk=min(pk, 2**62)).first()
    if plan is None:
        raise NotFound(_("There is no such standing plan in your area."))
    return plan


def plan_page(access: Access, pk: int, *, now: datetime) -> dict[str, Any]:
    """What the page of a plan shows: itself, its other versions, and what this person may do."""
    plan = plan_seen(access, pk)
    same = plans_found(access).filter(case_class_id=plan.case_class_id, area_id=plan.area_id)
    versions = list(same.order_by("-version"))
    in_force = next((v for v in versions if v.state == StandingPlan.State.APPROVED), None)
    known = in_force.measures if in_force and plan.state == StandingPlan.State.DRAFT else plan.measures
    return {
        "plan": plan,
        "versions": versions,
        "in_force": in_force,
        "measures": [Told(text, text not in known) for text in plan.measures],
        "gone": [text for text in known if text not in plan.measures],
        "warning": _warning(plan, now.astimezone(_ZONE).date()),
        **_rights(access, plan),
    }


def _rights(access: Access, plan: StandingPlan) -> dict[str, bool]:
    place = [i for i in (plan.area_id, plan.area.district_id) if i]
    approves = access.may_in(May.APPROVE_STANDING_PLAN, place)
    drafts = access.may_in(May.DRAFT_STANDING_PLAN, place)
    draft, in_force = (plan.state == s for s in (StandingPlan.State.DRAFT, StandingPlan.State.APPROVED))
    own = plan.author_id in (access.user_id, access.stands_in_for({Role.BUREAU}, place))
    return {
        "may_approve": draft and approves and not own,
        "waits": draft and (own or not approves),
        "may_retire": (draft and (approves or drafts)) or (in_force and approves),
        "may_draft": drafts,
    }


def _warning(plan: StandingPlan, today: date) -> Sentence:
    """Why an approved plan does not count today; "" when it does, or is no approved one."""
    if plan.state != StandingPlan.State.APPROVED:
        return ""
    if plan.valid_from > today:
        return _("It counts from the day its validity begins.")
    if plan.valid_to and plan.valid_to < today:
        return _("Its validity has ended, so cases do without it. Draft a new version.")
    if not plan.lead_unit.active:
        return _("The lead unit takes no work any more, so cases do without it. Draft a new version.")
    if not plan.case_class.active:
        return _("The class is out of use, so no new case comes to it.")
    return ""


def draft_choices(access: Access) -> dict[str, Any]:
    """What a draft chooses from: classes in use, areas of the station, units that work there.

    Raises:
        NotAllowed: drafts nowhere.
    """
    if not may_draft(access):
        raise NotAllowed(_("Standing plans are drafted by the district station of the area."))
    areas = area_choices(access, May.DRAFT_STANDING_PLAN)
    placed = Area.objects.filter(pk__in=access.area_ids(May.DRAFT_STANDING_PLAN), level=Area.Level.DISTRICT)
    where = Q(district_code__in=placed.values("code")) | Q(district_code="")
    units = Unit.objects.filter(where, active=True).exclude(kind=Unit.Kind.COMMUNITY)
    return {
        "case_class": class_choices(classes()),
        "area": areas,
        "units": units_grouped(list(units.order_by("name").values_list("pk", "code", "name", "line"))),
    }


def draft_initial(access: Access, asked: Mapping[str, str]) -> dict[str, Any]:
    """What a new draft starts from: ``from`` (id of a plan in the scope), or ``case_class`` and ``area``.

    Raises:
        NotFound: the plan named is not in the scope.
    """
    source = asked.get("from", "")
    if not (source.isascii() and source.isdigit() and len(source) < 16):
        return {name: asked.get(name, "")[:40] for name in ("case_class", "area")}
    plan = plan_seen(access, int(source))
    return {
        "case_class": plan.case_class.key,
        "area": plan.area.code,
        "measures": "\n".join(plan.measures),
        "lead_unit": plan.lead_unit.code,
        "assisting_units": [unit.code for unit in plan.assisting_units.all()],
        "source": plan,
    }
