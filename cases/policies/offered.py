"""When: whether a step is open at all, and so which buttons are shown. Nothing of roles."""

from collections.abc import Callable, Iterable

from django.utils.text import format_lazy
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from cases.limits import Rules
from cases.models import Case, UnitPart
from cases.parts import Parts
from cases.policies.when import WHEN
from cases.workflow import BY_ACTION, HANDLERS, Action, Stage, Step
from core.errors import BadInput, CityError, Conflict, NotAllowed
from grids.access import Access


def check_offered(case: Case, action: str) -> Step:
    """The table's row for this action in the case's stage.

    Raises:
        BadInput: there is no such action.
        Conflict: a case in this stage can't take it.
    """
    if action not in Action.values:
        raise BadInput(_("There is no such step."))
    step = BY_ACTION.get((Action(action), Stage(case.stage)))
    if step is None:
        raise Conflict(
            format_lazy(
                _("“{step}” does not fit a case that is “{stage}”. Open it to see what can be done now."),
                step=Action(action).label,
                stage=Stage(case.stage).label,
            )
        )
    return step


def check_four_eyes(case: Case, step: Step, access: Access, parts: Iterable[UnitPart]) -> None:
    """Nobody verifies, approves or checks their own step, nor the work of their own unit.

    Raises:
        NotAllowed: this person, or the one they stand in for, took the step before it, or belongs to a
            unit that handled.
    """
    takers = {case.takers[action] for action in step.other_than if case.takers.get(action)}
    if access.user_id in takers:
        raise NotAllowed(
            _("You took the step this one looks at; a colleague has to do this. Ask your squad leader.")
        )
    if access.stands_in_for(step.by, case.area_ids) in takers:
        raise NotAllowed(
            _("You stand in for the one who took the step this looks at; a colleague has to do this.")
        )
    if step.other_unit and access.user_id in case.takers.get(HANDLERS, ()):
        raise NotAllowed(_("You worked on this case yourself; somebody else has to check it."))
    handled = {part.unit_id for part in parts if part.active or part.signed_at}
    if step.other_unit and not access.own_units.isdisjoint(handled):
        raise NotAllowed(_("Your own unit handled this case; somebody from outside it has to check."))


def check_when(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    """All that can be said before anything is filled in, by the rules in force.

    Raises:
        NotAllowed: four eyes.
        Conflict: the case is suspended, or the step was taken already or may not be taken any more.
    """
    _check_awake(case, step)
    check_four_eyes(case, step, access, parts)
    extra = WHEN.get(step.action)
    if extra:
        extra(case, step, access, parts, rules)


def _check_awake(case: Case, step: Step) -> None:
    if case.suspended_until is not None and not step.rests:
        raise Conflict(
            format_lazy(
                _("The case is suspended until {day}. Resume it first."),
                day=f"{localtime(case.suspended_until):%Y-%m-%d %H:%M}",
            )
        )


def check_assignee(case: Case, claim: Step, access: Access, parts: Parts, role: object | None) -> None:
    """Whoever is given a task must be one who may do it.

    Raises:
        BadInput: the person does not hold the role there, or four eyes forbid it.
    """
    if role is None:
        raise BadInput(_("This person does not work here in that role. Choose another."), field="person")
    try:
        check_four_eyes(case, claim, access, parts)
    except NotAllowed:
        raise BadInput(
            _("This person reported or handled the case and may not judge it. Choose another."),
            field="person",
        ) from None


def permits(check: Callable[..., object], *args: object) -> bool:
    """The yes/no twin of any check."""
    try:
        check(*args)
    except CityError:
        return False
    return True
