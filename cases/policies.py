"""When and what: the state a case must be in, four eyes, and what a step must carry. Nothing of roles.

``check_offered`` and ``check_when`` decide whether a step is open at all, and so which buttons are
shown; ``check_complete`` looks at what was given. Every refusal says what to do.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.given import Given
from cases.models import Case, UnitPart
from cases.workflow import (
    BY_ACTION,
    FAILED_CALLS_TO_CLOSE,
    HANDLERS,
    RETURNS_ALLOWED,
    Action,
    Part,
    Stage,
    Step,
    Track,
    may_raise,
)
from core.errors import BadInput, CityError, Conflict, NotAllowed, Sentence
from grids.access import Access

Parts = Sequence[UnitPart]
_FIELD_MISSING: dict[str, Sentence] = {
    "position": _("Give the place: let the phone find it, or set the pin on the map."),
    "description": _("Describe the problem, or add a photo."),
    "photos": _("Add at least one photo."),
    "photos_before": _("Add a photo from before."),
    "photos_after": _("Add a photo from after."),
    "case_class": _("Choose the class."),
    "condition": _("Choose the filing condition."),
    "reason": _("Give the reason."),
    "reject_reason": _("Choose a reason from the list."),
    "person": _("Choose the person."),
    "measures": _("Name at least one measure."),
    "lead_unit": _("Choose the lead unit."),
    "finish_by": _("Say by when it should be finished."),
    "result": _("Describe what was done."),
    "text": _("Write the note."),
}


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
        NotAllowed: this person took the step before it, or belongs to a unit that handled.
    """
    if any(case.takers.get(action) == access.user_id for action in step.other_than):
        raise NotAllowed(
            _("You took the step this one looks at; a colleague has to do this. Ask your squad leader.")
        )
    if step.other_unit and access.user_id in case.takers.get(HANDLERS, ()):
        raise NotAllowed(_("You worked on this case yourself; somebody else has to check it."))
    handled = {part.unit_id for part in parts if part.active or part.signed_at}
    if step.other_unit and not access.own_units.isdisjoint(handled):
        raise NotAllowed(_("Your own unit handled this case; somebody from outside it has to check."))


def check_when(case: Case, step: Step, access: Access, parts: Parts) -> None:
    """All that can be said before anything is filled in.

    Raises:
        NotAllowed: four eyes.
        Conflict: the step was already taken, or may not be taken any more.
    """
    check_four_eyes(case, step, access, parts)
    extra = _WHEN.get(step.action)
    if extra:
        extra(case, access, parts)


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


def check_complete(case: Case, step: Step, given: Given, parts: Parts, now: datetime) -> None:
    """Whether the step carries what it needs.

    Raises:
        BadInput: something is missing or does not fit; ``extra["errors"]`` has a sentence a field.
    """
    errors = missing(step, given)
    extra = _WHAT.get(step.action)
    if extra and not errors:
        errors |= extra(case, given, parts, now)
    if errors:
        first = next(iter(errors))
        raise BadInput(errors[first], field=first, errors=errors)


def missing(step: Step, given: Given) -> dict[str, Sentence]:
    """A sentence for every field the table asks for and that is not there."""
    errors = {name: _FIELD_MISSING[name] for name in step.needs if not given.has(name)}
    for first, second in step.either:
        if not given.has(first) and not given.has(second):
            errors[first] = _EITHER_MISSING.get(second, _FIELD_MISSING[first])
    return errors


_EITHER_MISSING: dict[str, Sentence] = {
    "no_position_reason": _("Give your position on site, or say why there is none."),
    "no_photo_reason": _("Add a photo from the place, or say why there is none."),
}


def permits(check: Callable[..., object], *args: object) -> bool:
    """The yes/no twin of any check."""
    try:
        check(*args)
    except CityError:
        return False
    return True


def own_parts(access: Access, parts: Parts, kind: Part) -> list[UnitPart]:
    """The active parts held by the units this person acts for."""
    mine = frozenset().union(*access.units.values())
    wanted = {Part.LEAD: {"lead"}, Part.ASSISTING: {"assisting"}}.get(kind, {"lead", "assisting"})
    return [p for p in parts if p.active and p.unit_id in mine and p.kind in wanted]


def _unsigned(case: Case, access: Access, parts: Parts) -> None:
    if all(part.signed_at for part in own_parts(access, parts, Part.ANY)):
        raise Conflict(_("Your unit has signed for this case already."))


def _returnable(case: Case, access: Access, parts: Parts) -> None:
    if case.returns >= RETURNS_ALLOWED:
        raise Conflict(
            _("This case was returned twice and can't be returned again. Handle it, or ask the bureau.")
        )


def _not_handed_in(case: Case, access: Access, parts: Parts) -> None:
    if all(part.handed_in_at for part in own_parts(access, parts, Part.ASSISTING)):
        raise Conflict(_("Your unit has handed in its part already."))


_WHEN: dict[Action, Callable[[Case, Access, Parts], None]] = {
    Action.SIGN_FOR: _unsigned,
    Action.RETURN_DISPATCH: _returnable,
    Action.HAND_IN: _not_handed_in,
}


def _verify(case: Case, given: Given, parts: Parts, now: datetime) -> dict[str, Sentence]:
    if given.track and given.condition and not may_raise(Track(given.condition.track), given.track):
        return {"track": _("A track can be raised, not lowered. Leave it, or choose a higher one.")}
    return {}


def _fix_now(case: Case, given: Given, parts: Parts, now: datetime) -> dict[str, Sentence]:
    if given.has("condition") or (case.condition_id and not given.has("case_class")):
        return {}
    return {"condition": _("Choose the class and the filing condition.")}


def _correct(case: Case, given: Given, parts: Parts, now: datetime) -> dict[str, Sentence]:
    if case.stage != Stage.VERIFY and _becomes_emergency(case, given):
        return {"condition": _AN_EMERGENCY}
    if given.has("case_class") and not given.has("condition"):
        return {"condition": _("Choose the filing condition.")}
    if not given.has("condition") and not given.has("address"):
        return {"case_class": _("Say what to correct: the class with its condition, or the address.")}
    return {}


_AN_EMERGENCY = _(
    "That is an emergency. Send the case back to verification; from there it is handled at once."
)


def _becomes_emergency(case: Case, given: Given) -> bool:
    if given.condition is None or case.track == Track.EMERGENCY:
        return False
    return given.condition.track == Track.EMERGENCY


def _submit_plan(case: Case, given: Given, parts: Parts, now: datetime) -> dict[str, Sentence]:
    if given.finish_by and given.finish_by <= now:
        return {"finish_by": _("The finish date has to lie ahead.")}
    return _units_once(given)


def _dispatch(case: Case, given: Given, parts: Parts, now: datetime) -> dict[str, Sentence]:
    changed = given.has("lead_unit") or given.assisting_units is not None
    if changed and not given.has("reason"):
        return {"reason": _("Say why the units differ from the plan.")}
    return _units_once(given)


def _units_once(given: Given) -> dict[str, Sentence]:
    if given.lead_unit and given.lead_unit in (given.assisting_units or ()):
        return {"assisting_units": _("The lead unit can't assist itself.")}
    return {}


def _finish(case: Case, given: Given, parts: Parts, now: datetime) -> dict[str, Sentence]:
    waiting = [p for p in parts if p.active and p.kind == UnitPart.Kind.ASSISTING and not p.handed_in_at]
    if waiting and not given.has("reason"):
        return {"reason": _("An assisting unit has not handed in its part. Wait for it, or say why not.")}
    return {}


def _pass(case: Case, given: Given, parts: Parts, now: datetime) -> dict[str, Sentence]:
    by_its_photos = case.fixed_on_the_spot and not case.drawn_for_field
    if not by_its_photos and not given.has("photos"):
        return {"photos": _("Add a photo taken on site.")}
    return {}


def _close(case: Case, given: Given, parts: Parts, now: datetime) -> dict[str, Sentence]:
    if given.has("words") or case.failed_calls >= FAILED_CALLS_TO_CLOSE:
        return {}
    return {"words": _("Write down what the caller said; without an answer, note three failed calls first.")}


What = Callable[[Case, Given, Parts, datetime], dict[str, Sentence]]
_WHAT: dict[Action, What] = {
    Action.VERIFY: _verify,
    Action.FIX_NOW: _fix_now,
    Action.CORRECT: _correct,
    Action.SUBMIT_PLAN: _submit_plan,
    Action.DISPATCH: _dispatch,
    Action.FINISH: _finish,
    Action.PASS: _pass,
    Action.CLOSE: _close,
}
