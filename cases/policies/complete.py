"""What: whether a step carries what it needs, and whether that fits the case and itself."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from cases.given import Given
from cases.models import Case, UnitPart
from cases.parts import Parts
from cases.workflow import FAILED_CALLS_TO_CLOSE, Action, Answer, Stage, Step, Track, Verdict, may_raise
from core.errors import BadInput, Sentence

SUSPENDED_AT_MOST = timedelta(days=366)
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
    "text": _("Write what you have to say."),
    "until": _("Say until when."),
    "verdict": _("Say whether it is granted or refused."),
    "satisfied": _("Say whether it is done."),
    "outside_body": _("Name the body it is passed on to."),
    "letter_no": _("Give the number of the letter, or add a photo of it."),
    "evidence": _("Say what shows it, or add a photo."),
    "into": _("Choose the case it goes into."),
}


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
    "evidence": _FIELD_MISSING["evidence"],
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
    # A plan owed for work that is done may look back.
    if faults := plan_faults(given, None if case.plan_owed else now):
        return faults
    if given.template and given.template.case_class_id != case.case_class_id:
        return {"template": _("This template is for another class. Send again without it.")}
    return {}


def plan_faults(given: Given, now: datetime | None) -> dict[str, Sentence]:
    """What is wrong with a plan whatever the case, a sentence a field; without ``now`` it may look back."""
    if now and given.finish_by and given.finish_by <= now:
        return {"finish_by": _("The finish date has to lie ahead.")}
    return _units_once(given)


def _approve(case: Case, given: Given, parts: Parts, now: datetime) -> dict[str, Sentence]:
    if given.past_limit and not given.has("text"):
        return {"text": _("Say why the plan's date counts although it lies after the limit.")}
    return {}


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
    if given.has("words") or case.failed_calls >= FAILED_CALLS_TO_CLOSE or not case.somebody_to_call:
        return {}
    return {"words": _("Write down what the caller said; without an answer, note three failed calls first.")}


def _suspension(case: Case, given: Given, parts: Parts, now: datetime) -> dict[str, Sentence]:
    if given.until and not now < given.until <= now + SUSPENDED_AT_MOST:
        return {"until": _("A suspension ends after today and within a year.")}
    return {}


def _decide_suspension(case: Case, given: Given, parts: Parts, now: datetime) -> dict[str, Sentence]:
    return _decision(case, given, parts, now) or _suspension(case, given, parts, now)


def _decision(case: Case, given: Given, parts: Parts, now: datetime) -> dict[str, Sentence]:
    if given.verdict is Verdict.REFUSE and not given.has("reason"):
        return {"reason": _("Say why it is refused.")}
    return {}


def _answer(case: Case, given: Given, parts: Parts, now: datetime) -> dict[str, Sentence]:
    if given.satisfied is Answer.NO and not given.has("words"):
        return {"words": _("Say what is still wrong.")}
    return {}


def _supervise(case: Case, given: Given, parts: Parts, now: datetime) -> dict[str, Sentence]:
    if given.reply_by and given.reply_by <= now:
        return {"reply_by": _("The time for the reply has to lie ahead.")}
    return {}


def _merge(case: Case, given: Given, parts: Parts, now: datetime) -> dict[str, Sentence]:
    if given.into == case.number:
        return {"into": _("A case can't be merged into itself.")}
    return {}


What = Callable[[Case, Given, Parts, datetime], dict[str, Sentence]]
_WHAT: dict[Action, What] = {
    Action.VERIFY: _verify,
    Action.FIX_NOW: _fix_now,
    Action.CORRECT: _correct,
    Action.SUBMIT_PLAN: _submit_plan,
    Action.APPROVE: _approve,
    Action.DISPATCH: _dispatch,
    Action.FINISH: _finish,
    Action.PASS: _pass,
    Action.CLOSE: _close,
    Action.REQUEST_SUSPENSION: _suspension,
    Action.DECIDE_SUSPENSION: _decide_suspension,
    Action.DECIDE_EXTENSION: _decision,
    Action.DECIDE_APPEAL: _decision,
    Action.ANSWER: _answer,
    Action.SUPERVISE: _supervise,
    Action.MERGE: _merge,
}
