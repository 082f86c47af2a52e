"""Standing plans (预案): drafted by the station, approved beforehand by the bureau, in versions."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from accounts.roles import May, Role
from cases.given import needed
from cases.inputs import Place, clean_named
from cases.models import StandingPlan
from core.errors import BadInput, NotAllowed, NotFound, Stale
from core.services.audit import audit_write
from core.services.idempotency import fingerprint_of, run_once
from grids.access import Access
from grids.models import Area

_ZONE = ZoneInfo("Asia/Shanghai")
_FIELDS = ("case_class", "measures", "lead_unit", "assisting_units")


def standing_plans_for(access: Access) -> QuerySet[StandingPlan]:
    """The standing plans of the districts and streets in the scope, newest version first."""
    areas = Area.objects.filter(access.area_q(May.SEE_CASES))
    rows = StandingPlan.objects.filter(area__in=areas.values("pk"))
    joins = ("case_class", "area", "lead_unit", "author", "approver")
    return rows.select_related(*joins).prefetch_related("assisting_units")


def standing_plan_draft(*, access: Access, raw: Mapping[str, Any], key: str, now: datetime) -> dict[str, Any]:
    """Draft the next version for a class in an area; it counts once the bureau has approved it.

    ``raw``: area (code of a street or district), case_class, measures, lead_unit, assisting_units,
    valid_from and valid_to (days; from today and open-ended when left out). Returns
    ``{"id", "version", "state"}``.

    Raises:
        BadInput: something is missing or can't be.
        NotAllowed: the person does not draft plans for this area.
    """
    return run_once(
        actor=f"user:{access.user_id}",
        key=key,
        fingerprint=fingerprint_of(method="POST", path="standing-plans", body=raw),
        now=now,
        work=lambda: _draft(access, raw, now),
    )


def _draft(access: Access, raw: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    area = _area(access, str(raw.get("area", "")))
    place = Place((area.district or area).code)
    given = clean_named(_FIELDS, {name: raw[name] for name in _FIELDS if name in raw}, place)
    for name in _FIELDS[:3]:
        if not given.has(name):
            raise BadInput(_("Name the class, the measures and the lead unit."), field=name)
    valid_from = _day(raw.get("valid_from"), "valid_from") or now.astimezone(_ZONE).date()
    valid_to = _day(raw.get("valid_to"), "valid_to")
    if valid_to and valid_to < valid_from:
        raise BadInput(_("A plan can't end before it begins."), field="valid_to")
    Area.objects.select_for_update(of=("self",)).get(pk=area.pk)  # versions are counted one at a time
    versions = StandingPlan.objects.filter(case_class=needed(given.case_class), area=area)
    plan = StandingPlan.objects.create(
        case_class=needed(given.case_class),
        area=area,
        version=(versions.order_by("-version").values_list("version", flat=True).first() or 0) + 1,
        measures=list(given.measures),
        lead_unit=needed(given.lead_unit),
        author=needed(access.user),
        valid_from=valid_from,
        valid_to=valid_to,
        drafted_at=now,
    )
    plan.assisting_units.set(u for u in given.assisting_units or () if u != given.lead_unit)
    _audit(access, plan, "standing_plan.draft", now, before="")
    return {"id": plan.pk, "version": plan.version, "state": plan.state}


def standing_plan_approve(*, access: Access, plan_id: int, now: datetime) -> StandingPlan:
    """Put a draft into force; the version in force before it retires.

    Raises:
        NotFound: no such plan in the scope.
        NotAllowed: not the bureau of this area, or the plan's own author.
        Stale: it is no draft any more.
    """
    with transaction.atomic():
        plan = _locked(access, plan_id, May.APPROVE_STANDING_PLAN)
        if plan.author_id == access.user_id:
            raise NotAllowed(_("You drafted this plan; somebody else has to approve it."))
        if plan.author_id == _principal(access, plan):
            raise NotAllowed(_("You stand in for the one who drafted this plan; somebody else approves it."))
        _claim(plan, StandingPlan.State.DRAFT)
        in_force = StandingPlan.objects.filter(
            case_class_id=plan.case_class_id, area_id=plan.area_id, state=StandingPlan.State.APPROVED
        )
        in_force.update(state=StandingPlan.State.RETIRED)
        plan.state, plan.approver, plan.approved_at = StandingPlan.State.APPROVED, access.user, now
        plan.save(update_fields=["state", "approver", "approved_at"])
        _audit(access, plan, "standing_plan.approve", now, before=StandingPlan.State.DRAFT)
    return plan


def standing_plan_retire(*, access: Access, plan_id: int, now: datetime) -> StandingPlan:
    """Take a plan out of force, or drop a draft; cases that ran on it keep naming it.

    Raises:
        NotFound, NotAllowed: as for approval; the station may drop its own drafts.
        Stale: it is retired already.
    """
    with transaction.atomic():
        plan = _locked(access, plan_id, May.APPROVE_STANDING_PLAN, May.DRAFT_STANDING_PLAN)
        before = plan.state
        if before == StandingPlan.State.APPROVED and not _may(access, plan.area, May.APPROVE_STANDING_PLAN):
            raise NotAllowed(_("A plan in force is taken back by the bureau that approved it."))
        _claim(plan, StandingPlan.State.DRAFT, StandingPlan.State.APPROVED)
        plan.state = StandingPlan.State.RETIRED
        plan.save(update_fields=["state"])
        _audit(access, plan, "standing_plan.retire", now, before=before)
    return plan


def _area(access: Access, code: str) -> Area:
    levels = [Area.Level.DISTRICT, Area.Level.STREET]
    area = Area.objects.filter(code=code, level__in=levels, valid_to__isnull=True).first()
    if area is None:
        raise BadInput(_("Choose the street or district the plan is for."), field="area")
    if not _may(access, area, May.DRAFT_STANDING_PLAN):
        raise NotAllowed(_("Standing plans are drafted by the district station of the area."))
    return area


def _may(access: Access, area: Area, ability: May) -> bool:
    return access.may_in(ability, [i for i in (area.pk, area.district_id) if i])


def _principal(access: Access, plan: StandingPlan) -> int | None:
    place = [i for i in (plan.area_id, plan.area.district_id) if i]
    return access.stands_in_for({Role.BUREAU}, place)


def _locked(access: Access, plan_id: int, *abilities: May) -> StandingPlan:
    rows = standing_plans_for(access).filter(Q(pk=plan_id))
    plan = rows.select_for_update(of=("self",)).first()
    if plan is None:
        raise NotFound(_("There is no such standing plan in your area."))
    if not any(_may(access, plan.area, ability) for ability in abilities):
        raise NotAllowed(_("Standing plans are approved by the bureau of the area."))
    return plan


def _claim(plan: StandingPlan, *states: StandingPlan.State) -> None:
    if plan.state not in states:
        raise Stale(_("Somebody was quicker: this plan has been decided on. Look at it again."))


def _day(value: object, field: str) -> date | None:
    if not value:
        return None
    try:
        day = value if isinstance(value, date) else parse_date(str(value)[:10])
    except ValueError:
        day = None
    if day is None:
        raise BadInput(_("Give a day, such as 2026-11-23."), field=field)
    return day


def _audit(access: Access, plan: StandingPlan, action: str, now: datetime, *, before: str) -> None:
    audit_write(
        actor_id=access.user_id,
        action=action,
        subject=f"standing_plan:{plan.pk}",
        now=now,
        before={"state": before},
        after={
            "state": plan.state,
            "class": plan.case_class.key,
            "area": plan.area.code,
            "version": plan.version,
            "measures": plan.measures,
            "lead_unit": plan.lead_unit.code,
            **({"deputy_of": principal} if (principal := _principal(access, plan)) else {}),
        },
    )
