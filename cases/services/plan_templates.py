"""Plan templates: created, changed and retired by the station; every change in the audit log."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.roles import May
from cases.given import Given, needed
from cases.inputs import Place, clean_named, text_of
from cases.models import PlanTemplate
from cases.plan_selectors import templates_for
from core.errors import BadInput, Conflict, NotAllowed, NotFound, Stale, VersionMissing
from core.services.audit import audit_write
from core.services.idempotency import fingerprint_of, run_once
from grids.access import Access
from grids.models import Area

_PLAN = ("measures", "lead_unit", "assisting_units")
_LONGEST_TITLE, _LONGEST_FINISH = 60, 366


class TemplateStale(Stale):
    """Somebody changed the template meanwhile."""

    title = _("The template has changed meanwhile")


def plan_template_create(
    *, access: Access, raw: Mapping[str, Any], key: str, now: datetime
) -> dict[str, Any]:
    """Create a template for a class in a district.

    ``raw``: area (code of a district), case_class, title, measures, lead_unit, assisting_units,
    finish_value (1 to 366) and finish_unit ("hour" or "day"). Returns ``{"id", "version"}``.

    Raises:
        BadInput: something is missing or can't be.
        NotAllowed: the person keeps no templates there.
        Conflict: another template in use has this title.
    """
    return _once(access, "plan-templates", raw, key, now, lambda: _create(access, raw, now))


def plan_template_change(
    *, access: Access, template_id: int, raw: Mapping[str, Any], version: int | None, key: str, now: datetime
) -> dict[str, Any]:
    """Change what a template says; its version counts up. Class and district stay.

    Raises:
        NotFound: no such template in the scope. VersionMissing, Stale: decided on none or an older version.
        Otherwise as ``plan_template_create``; Conflict also for a retired one.
    """
    path = f"plan-templates/{template_id}"
    return _once(access, path, raw, key, now, lambda: _change(access, template_id, raw, version, now))


def plan_template_retire(
    *, access: Access, template_id: int, version: int | None, now: datetime
) -> PlanTemplate:
    """Take a template out of use; plans that came of it keep naming it.

    Raises:
        NotFound, NotAllowed, VersionMissing, Stale, Conflict: as for a change.
    """
    with transaction.atomic():
        template = _locked(access, template_id, version)
        before = facts_of(template)
        template.retired_at, template.changed_by, template.changed_at = now, needed(access.user), now
        template.save(update_fields=["retired_at", "changed_by", "changed_at"])
        _audit(access, template, "plan_template.retire", now, before)
    return template


def facts_of(template: PlanTemplate) -> dict[str, Any]:
    """What the audit log says about a template."""
    return {
        "class": template.case_class.key,
        "area": template.area.code,
        "title": template.title,
        "version": template.version,
        "measures": template.measures,
        "lead_unit": template.lead_unit.code,
        "assisting_units": sorted(unit.code for unit in template.assisting_units.all()),
        "finish": f"{template.finish_value} {template.finish_unit}",
        "in_use": template.in_use,
    }


def _once(
    access: Access,
    path: str,
    raw: Mapping[str, Any],
    key: str,
    now: datetime,
    work: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    fingerprint = fingerprint_of(method="POST", path=path, body=raw)
    return run_once(actor=f"user:{access.user_id}", key=key, fingerprint=fingerprint, now=now, work=work)


def _create(access: Access, raw: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    area = _area(access, str(raw.get("area", "")))
    given = _given(raw, ("case_class", *_PLAN), area)
    if not given.has("case_class"):
        raise BadInput(_("Choose the class."), field="case_class")
    template = PlanTemplate(area=area, case_class=needed(given.case_class))
    _write(template, raw, given, access, now)
    _audit(access, template, "plan_template.create", now, {})
    return {"id": template.pk, "version": template.version}


def _change(
    access: Access, template_id: int, raw: Mapping[str, Any], version: int | None, now: datetime
) -> dict[str, Any]:
    template = _locked(access, template_id, version)
    before = facts_of(template)
    template.version += 1
    _write(template, raw, _given(raw, _PLAN, template.area), access, now)
    _audit(access, template, "plan_template.change", now, before)
    return {"id": template.pk, "version": template.version}


def _given(raw: Mapping[str, Any], names: tuple[str, ...], area: Area) -> Given:
    given = clean_named(names, {name: raw[name] for name in names if name in raw}, Place(area.code))
    for name, sentence in _MISSING.items():
        if not given.has(name):
            raise BadInput(sentence, field=name)
    if given.lead_unit in (given.assisting_units or ()):
        raise BadInput(_("The lead unit can't assist itself."), field="assisting_units")
    return given


_MISSING = {"measures": _("Name at least one measure."), "lead_unit": _("Choose the lead unit.")}


def _write(
    template: PlanTemplate, raw: Mapping[str, Any], given: Given, access: Access, now: datetime
) -> None:
    template.title = _title(template, raw)
    template.measures, template.lead_unit = list(given.measures), needed(given.lead_unit)
    template.finish_value, template.finish_unit = _finish(raw)
    template.changed_by, template.changed_at = needed(access.user), now
    template.save()
    template.assisting_units.set(given.assisting_units or ())


def _title(template: PlanTemplate, raw: Mapping[str, Any]) -> str:
    title = text_of(raw.get("title", ""), "title")
    if not title or len(title) > _LONGEST_TITLE:
        raise BadInput(_("Give the template a title of at most 60 characters."), field="title")
    # One after another within a district: two may not take the same title at once.
    Area.objects.select_for_update(of=("self",), no_key=True).defer("outline").get(pk=template.area_id)
    same = PlanTemplate.objects.filter(area=template.area, case_class=template.case_class, title=title)
    if same.filter(retired_at__isnull=True).exclude(pk=template.pk).exists():
        raise Conflict(_("Another template of this class has this title. Choose another."), field="title")
    return title


def _finish(raw: Mapping[str, Any]) -> tuple[int, str]:
    text, unit = str(raw.get("finish_value", "")), str(raw.get("finish_unit", ""))
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= _LONGEST_FINISH):
        raise BadInput(_("The time to finish is a whole number from 1 to 366."), field="finish_value")
    if unit not in PlanTemplate.FinishUnit.values:
        raise BadInput(_("Choose hours or days."), field="finish_unit")
    return int(text), unit


def _area(access: Access, code: str) -> Area:
    rows = Area.objects.filter(code=code.replace("\x00", "")[:20], level=Area.Level.DISTRICT)
    area = rows.filter(valid_to__isnull=True).defer("outline").first()
    if area is None:
        raise BadInput(_("Choose the district the template is for."), field="area")
    if not access.may_in(May.KEEP_PLAN_TEMPLATES, [area.pk]):
        raise NotAllowed(_("Plan templates are kept by the district station."))
    return area


def _locked(access: Access, template_id: int, version: int | None) -> PlanTemplate:
    rows = templates_for(access).filter(pk=min(template_id, 2**62))
    template = rows.select_for_update(of=("self",)).first()
    if template is None:
        raise NotFound(_("There is no such plan template in your district."))
    if not access.may_in(May.KEEP_PLAN_TEMPLATES, [template.area_id]):
        raise NotAllowed(_("Plan templates are kept by the district station."))
    if version is None:
        raise VersionMissing(_("Say which version of the template this was decided on: reload the page."))
    if version != template.version:
        raise TemplateStale(
            _("Somebody changed this template meanwhile. Look at what stands there now, and save again."),
            version=template.version,
        )
    if not template.in_use:
        raise Conflict(_("This template is retired. Create a new one."))
    return template


def _audit(
    access: Access, template: PlanTemplate, action: str, now: datetime, before: Mapping[str, Any]
) -> None:
    after = facts_of(PlanTemplate.objects.prefetch_related("assisting_units").get(pk=template.pk))
    audit_write(
        actor_id=access.user_id,
        action=action,
        subject=f"plan_template:{template.pk}",
        now=now,
        before=before,
        after=after,
    )
