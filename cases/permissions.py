"""Who may take a step: the role in that place, or in a unit that has a part. Nothing about when."""

from collections.abc import Collection, Iterable

from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from cases.models import Case, UnitPart
from cases.parts import recorded_parts
from cases.workflow import CHECKERS, UNIT_ROLES, Part, Stage, Step, taken_by
from core.errors import NotAllowed
from grids.access import Access


def role_for(access: Access, case: Case, step: Step, parts: Iterable[UnitPart]) -> Role | None:
    """The role in which this person may take the step on this case, or None."""
    parts = list(parts)
    held = _roles_at(access, case, step, parts) & taken_by(step, case.situation())
    if not held and recorded_parts(parts, step.part):
        held = step.on_behalf & access.roles_in(case.area_ids)
    # The order of the table of roles, so that the answer is the same every time.
    return next((role for role in Role if role in held), None)


def may_as_reporter(access: Access, case: Case, step: Step) -> bool:
    """Whether the step is the reporter's own and this is the reporter, whatever role they hold."""
    return step.own and access.user_id is not None and case.reporter_id == access.user_id


def check_may_take(access: Access, case: Case, step: Step, parts: Iterable[UnitPart]) -> Role | None:
    """The role in which the step is taken; None for a reporter's own step.

    Raises:
        NotAllowed: none of the roles the step asks for is held in this place or unit.
    """
    role = role_for(access, case, step, parts)
    if role is not None or may_as_reporter(access, case, step):
        return role
    if not step.by:
        raise NotAllowed(_("Only whoever reported this case can do that."))
    raise NotAllowed(
        format_lazy(
            _("“{step}” is for: {roles}, in this place. Ask one of them, or have your posting checked."),
            step=step.action.label,
            roles=lazy(_names, str)(taken_by(step, case.situation())),
        )
    )


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
    held = access.roles_in(case.area_ids)
    if case.checker_named and case.assignee_id == access.user_id and Stage.CHECK in step.sources:
        # Named by the station from outside the place: the roles held elsewhere count for this case.
        held |= frozenset(access.areas) & CHECKERS
    if step.by & UNIT_ROLES:
        held |= access.roles_in_units([p.unit_id for p in parts if p.active and p.kind in _KINDS[step.part]])
    return held


_KINDS = {
    Part.ANY: {UnitPart.Kind.LEAD, UnitPart.Kind.ASSISTING},
    Part.LEAD: {UnitPart.Kind.LEAD},
    Part.ASSISTING: {UnitPart.Kind.ASSISTING},
    Part.NONE: set(),
}


def _names(roles: Collection[Role]) -> str:
    return gettext(", ").join(str(role.label) for role in Role if role in roles)
