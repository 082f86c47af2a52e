"""Handling: signed for, returned, handed in, finished, judged; by the unit, or by the station for one without
accounts."""

from django.utils.translation import gettext_lazy as _

from cases import policies
from cases.models import UnitPart
from cases.services.work import Work, parts_end, parts_reopen
from cases.workflow import UNIT_ROLES, Answer
from core.errors import BadInput


def _acting(work: Work) -> list[UnitPart]:
    """The parts the step is taken for, the document noted where the station records (代录).

    Raises:
        BadInput: the station acts without the unit's document, or without saying which unit it means.
    """
    parts = policies.acting_parts(work.access, work.parts, work.step.part, work.given.unit)
    if work.role in UNIT_ROLES:
        return parts
    if not work.given.has("document"):
        raise BadInput(_("Add a photo of the unit's document; you record this for it."), field="document")
    if len(parts) != 1:
        raise BadInput(_("Say which unit you record this for."), field="unit")
    work.data["on_behalf"] = parts[0].unit.code
    return parts


def sign_for(work: Work) -> None:
    """The unit has it; whoever signs takes it on where nobody has."""
    for part in _acting(work):
        if part.signed_at is None:
            _sign(work, part)
    if work.case.assignee_id is None and work.role in UNIT_ROLES:
        work.case.assignee = work.access.user


def _sign(work: Work, part: UnitPart) -> None:
    part.signed_at, part.signed_by = work.now, work.access.user
    part.save(update_fields=["signed_at", "signed_by"])
    work.data.setdefault("units", []).append(part.unit_id)


def return_dispatch(work: Work) -> None:
    """Not this unit's: counted, and the case leaves all units."""
    work.case.returns += 1
    parts_end(work)


def hand_in(work: Work) -> None:
    """An assisting part is done."""
    for part in _acting(work):
        if part.handed_in_at is None:
            _hand_in_part(work, part)


def _hand_in_part(work: Work, part: UnitPart) -> None:
    if part.signed_at is None:
        part.signed_at, part.signed_by = work.now, work.access.user
    part.handed_in_at, part.result = work.now, work.given.result
    part.save(update_fields=["signed_at", "signed_by", "handed_in_at", "result"])
    work.data.setdefault("units", []).append(part.unit_id)


def finish(work: Work) -> None:
    """The lead part is done, and the case with it."""
    for part in _acting(work):
        _hand_in_part(work, part)
    work.case.finished_at = work.now


def rework(work: Work) -> None:
    """Not done: counted, and to be handed in anew."""
    work.case.reworks += 1
    parts_reopen(work)


def complain(work: Work) -> None:
    """The caller is not satisfied: counted, and to be handed in anew."""
    work.case.complaints += 1
    parts_reopen(work)


def answer(work: Work) -> None:
    """The reporter's own answer by code; "no" is a complaint."""
    if work.given.satisfied is Answer.NO:
        complain(work)


def note(work: Work) -> None:
    """A failed call is counted."""
    if work.given.failed_call:
        work.case.failed_calls += 1
        work.data["failed_call"] = work.case.failed_calls
