"""Changes of classes and filing conditions by an administrator, each with an audit row.

The catalogue is city-wide: administrators of any district of the installation may change it. Rows
carry no version, so a change names the values it was decided on, and is refused once they moved.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.roles import Line
from cases.catalogue_reads import HIGHEST_SEQ, as_shown, class_facts, condition_facts
from cases.models import CaseClass, FilingCondition
from cases.workflow import Track
from core.errors import BadInput, Conflict, NotFound, Stale, VersionMissing
from core.services.audit import audit_write
from grids.access import Access
from grids.permissions import check_may_configure

LONGEST_LIMIT = 366
# "direct" is for limits up to one working day; a day has eight working or twenty-four continuous hours.
_LONGEST_DIRECT = {
    FilingCondition.Unit.WORKING_HOUR: 8,
    FilingCondition.Unit.WORKING_DAY: 1,
    FilingCondition.Unit.CONTINUOUS_HOUR: 24,
    FilingCondition.Unit.CONTINUOUS_DAY: 1,
}


def class_edit(
    *, access: Access, key: str, raw: Mapping[str, Any], was: Mapping[str, str], now: datetime
) -> CaseClass:
    """Set a class's ``line`` and ``active`` ("yes" or "no"); ``was`` holds both as they were shown.

    What stands already is no change. Reports and plans that name the class keep it.

    Raises:
        NotAllowed: not an administrator. NotFound: no such class. BadInput: no such line.
        Stale: somebody else changed it meanwhile. VersionMissing: the old values are not named.
        Conflict: it would be in use without a filing condition in use.
    """
    check_may_configure(access)
    with transaction.atomic():
        row = _locked_class(key)
        wanted = {"line": _line(raw), "active": raw.get("active") == "yes"}
        before = class_facts(row)
        if _moves(before, wanted, was):
            if wanted["active"] and not row.conditions.filter(active=True).exists():
                raise Conflict(_("Take one of its filing conditions into use first."), field="active")
            _set(row, wanted)
            _audit(access, "class.edit", f"class:{row.key}", before, wanted, now)
    return row


def condition_edit(
    *, access: Access, key: str, seq: int, raw: Mapping[str, Any], was: Mapping[str, str], now: datetime
) -> FilingCondition:
    """Set a condition's ``limit_value``, ``limit_unit``, ``track`` and ``active`` ("yes" or "no").

    ``was`` holds the four as they were shown. A new limit or track counts for cases filed from then on.

    Raises:
        As ``class_edit``; Conflict also when a class in use would be left without a condition in use.
    """
    check_may_configure(access)
    with transaction.atomic():
        case_class = _locked_class(key)  # conditions of a class change one at a time
        row = case_class.conditions.filter(seq=min(seq, HIGHEST_SEQ)).first()
        if row is None:
            raise NotFound(_("This class has no such filing condition."))
        row.case_class = case_class
        before, wanted = condition_facts(row), _wanted(raw)
        if _moves(before, wanted, was):
            _check_one_left(row, wanted["active"])
            _set(row, wanted)
            _audit(access, "condition.edit", f"condition:{case_class.key}/{row.seq}", before, wanted, now)
    return row


def _locked_class(key: str) -> CaseClass:
    kind, _dash, code = key.replace("\x00", "").partition("-")
    row = CaseClass.objects.select_for_update().filter(kind=kind, code=code).first()
    if row is None:
        raise NotFound(_("There is no such class."))
    return row


def _line(raw: Mapping[str, Any]) -> Line:
    if str(raw.get("line")) not in Line.values:
        raise BadInput(_("Choose a line of work from the list."), field="line")
    return Line(str(raw["line"]))


def _wanted(raw: Mapping[str, Any]) -> dict[str, Any]:
    text = str(raw.get("limit_value", "")).strip()
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= LONGEST_LIMIT):
        raise BadInput(_("A limit is a whole number from 1 to 366."), field="limit_value")
    if str(raw.get("limit_unit")) not in FilingCondition.Unit.values:
        raise BadInput(_("Choose the unit of the limit from the list."), field="limit_unit")
    value, unit = int(text), FilingCondition.Unit(str(raw["limit_unit"]))
    track = _track(str(raw.get("track")), value, unit)
    return {"limit_value": value, "limit_unit": unit, "track": track, "active": raw.get("active") == "yes"}


def _track(text: str, value: int, unit: FilingCondition.Unit) -> Track:
    if text not in Track.values or text == Track.ON_THE_SPOT:
        raise BadInput(
            _("Choose direct, standard or emergency; whoever is there decides to put it right at once."),
            field="track",
        )
    if text == Track.DIRECT and value > _LONGEST_DIRECT[unit]:
        raise BadInput(
            _("The direct track takes at most one working day. Choose the standard track, or less time."),
            field="track",
        )
    return Track(text)


def _moves(before: Mapping[str, Any], wanted: Mapping[str, Any], was: Mapping[str, str]) -> bool:
    """Whether there is something to change, decided on what stands there now."""
    if before == wanted:
        return False
    if not was:
        raise VersionMissing(
            _("This form does not say what it was decided on. Reload the page and try again.")
        )
    if dict(was) != as_shown(before):
        raise Stale(_("Somebody changed this meanwhile. Look at what stands there now, and save again."))
    return True


def _set(row: CaseClass | FilingCondition, wanted: Mapping[str, Any]) -> None:
    for name, value in wanted.items():
        setattr(row, name, value)
    row.save(update_fields=list(wanted))


def _check_one_left(row: FilingCondition, active: bool) -> None:
    others = row.case_class.conditions.filter(active=True).exclude(pk=row.pk)
    if not active and row.case_class.active and not others.exists():
        raise Conflict(
            _("This is the last filing condition in use. Take the class out of use instead."), field="active"
        )


def _audit(
    access: Access,
    action: str,
    subject: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: datetime,
) -> None:
    audit_write(actor_id=access.user_id, action=action, subject=subject, now=now, before=before, after=after)
