"""Who may take a step: the role in that place, or in a unit that has a part. Nothing about when."""

from collections.abc import Collection, Iterable

from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from cases.models import Case, UnitPart
from cases.workflow import UNIT_ROLES, Part, Step
from core.errors import NotAllowed
from grids.access import Access


def role_for(access: Access, case: Case, step: Step, parts: Iterable[UnitPart]) -> Role | None:
    """The role in which this person may take the step on this case, or None."""
    held = _roles_at(access, case, step, parts) & step.by
    # The order of the table of roles, so that the answer is the same every time.
    return next((role for role in Role if role in held), None)


def check_may_take(access: Access, case: Case, step: Step, parts: Iterable[UnitPart]) -> Role:
    """The role in which the step is taken.

    Raises:
        NotAllowed: none of the roles the step asks for is held in this place or unit.
    """
    role = role_for(access, case, step, parts)
    if role is None:
        raise NotAllowed(
            format_lazy(
                _("“{step}” is for: {roles}, in this place. Ask one of them, or have your posting checked."),
                step=step.action.label,
                roles=lazy(_names, str)(step.by),
            )
        )
    return role


def check_may_report(access: Access, area_ids: Collection[int], step: Step) -> Role:
    """The role in which something is reported at a place.

    Raises:
        NotAllowed: no role that reports is held over this place.
    """
    held = access.roles_in(area_ids) & step.by
    role = next((role for role in Role if role in held), None)
    if role is None:
        raise NotAllowed(
            _("This place lies outside your area. Report it on the public page, or move the pin.")
        )
    return role


def _roles_at(access: Access, case: Case, step: Step, parts: Iterable[UnitPart]) -> frozenset[Role]:
    if not step.by & UNIT_ROLES:
        return access.roles_in(case.area_ids)
    kinds = {
        Part.ANY: {UnitPart.Kind.LEAD, UnitPart.Kind.ASSISTING},
        Part.LEAD: {UnitPart.Kind.LEAD},
        Part.ASSISTING: {UnitPart.Kind.ASSISTING},
        Part.NONE: set(),
    }[step.part]
    return access.roles_in_units([p.unit_id for p in parts if p.active and p.kind in kinds])


def _names(roles: Collection[Role]) -> str:
    return gettext(", ").join(str(role.label) for role in Role if role in roles)
