"""The duty roster: who is on duty in a street or a unit, turn by turn or by the week."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from core.errors import BadInput, Conflict, NotFound
from core.services.audit import audit_write
from core.services.idempotency import fingerprint_of, run_once
from grids.access import Access
from grids.duty import Slot, last_week, week_of
from grids.models import Absence, Area, DutyTurn
from grids.roster import (
    Place,
    check_not_over,
    duty_people,
    place_code,
    place_kept,
    place_q,
    turns_seen,
)

LONGEST = timedelta(days=7)


def duty_turn_add(
    *,
    access: Access,
    place: str,
    username: str,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    key: str,
) -> dict[str, Any]:
    """Put somebody on duty in a street (by code) or a unit (``unit:`` and its code) for a time.

    Raises:
        BadInput: the times can't be, or the person can't be on duty there.
        NotAllowed, NotFound: not a place whose roster this person keeps. Conflict: on duty then already.
    """
    body = {"place": place, "username": username, "starts_at": starts_at, "ends_at": ends_at}

    def work() -> dict[str, Any]:
        there = _place_held(access, place)
        _check_times(starts_at, ends_at, now)
        person = _person(there, username, now)
        _check_there(person, starts_at, ends_at)
        taken = DutyTurn.objects.filter(place_q(there), person=person)
        if taken.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
            raise Conflict(_("This person is on duty there in part of that time already."))
        turn = _add(access, there, person, starts_at, ends_at)
        _audit("duty.add", access, turn, now, {}, facts_of(turn))
        return {"turn": turn.pk}

    return _once(access, "duty", body, key, now, work)


def duty_turn_end(*, access: Access, turn_id: int, now: datetime, key: str) -> dict[str, Any]:
    """End a turn now; one that has not begun is taken out.

    Raises:
        NotFound: none such in the places kept. Conflict: it is over.
    """

    def work() -> dict[str, Any]:
        found = turns_seen(access).filter(pk=min(turn_id, 2**62)).first()
        if found is None:
            raise NotFound(_("There is no such turn, or you do not keep its roster."))
        _place_held(access, place_code(_place_of(found)))
        turn = turns_seen(access).filter(pk=found.pk).first()
        if turn is None:
            raise NotFound(_("There is no such turn, or you do not keep its roster."))
        check_not_over(turn.ends_at, now)
        before = facts_of(turn)
        _cut(access, turn, now, turn.ends_at)
        _audit("duty.end", access, turn, now, before, {"ends_at": now})
        return {"turn": turn_id}

    return _once(access, f"duty/{turn_id}/end", {}, key, now, work)


def duty_week_set(
    *, access: Access, place: str, monday: date, slots: Mapping[str, str], now: datetime, key: str
) -> dict[str, Any]:
    """Say who is on duty in the slots of a week, by login name, "" for nobody; slots over are left alone.

    Raises: as ``duty_turn_add``; a person refused is refused with the slot's key as the field.
    """
    body = {"place": place, "monday": monday.isoformat(), "slots": dict(slots)}

    def work() -> dict[str, Any]:
        there = _place_held(access, place)
        asked = [slot for slot in week_of(monday) if slot.key in slots and slot.ends_at > now]
        return {"changed": sum(_slot_set(access, there, slot, slots[slot.key], now) for slot in asked)}

    return _once(access, f"duty/week/{monday}", body, key, now, work)


def duty_week_copy(*, access: Access, place: str, monday: date, now: datetime, key: str) -> dict[str, Any]:
    """Fill the empty slots of a week with whoever was on duty in them the week before, if they still can.

    Raises: NotAllowed, NotFound as ``duty_turn_add``.
    """

    def work() -> dict[str, Any]:
        there = _place_held(access, place)
        able = {person.username for person in duty_people(there, now=now)}
        copied = 0
        for slot in week_of(monday):
            before = _holders(there, last_week(slot))
            if slot.ends_at <= now or _holders(there, slot) or not before:
                continue
            name = before[0].person.username
            if name in able and not _away(before[0].person, slot.starts_at, slot.ends_at):
                copied += _slot_set(access, there, slot, name, now)
        return {"changed": copied}

    return _once(access, f"duty/copy/{monday}", {"place": place}, key, now, work)


def _once(
    access: Access, path: str, body: Mapping[str, Any], key: str, now: datetime, work: Callable[[], Any]
) -> dict[str, Any]:
    fingerprint = fingerprint_of(method="POST", path=path, body=body)
    return run_once(actor=f"user:{access.user_id}", key=key, fingerprint=fingerprint, now=now, work=work)


def _place_held(access: Access, place: str) -> Place:
    # One change of a roster after another, so that two leaders' turns can't lie upon each other.
    there = place_kept(access, place)
    if isinstance(there, Area):
        list(Area.objects.filter(pk=there.pk).select_for_update(of=("self",), no_key=True).values_list("pk"))
    else:
        list(Unit.objects.filter(pk=there.pk).select_for_update(of=("self",), no_key=True).values_list("pk"))
    return there


def _slot_set(access: Access, there: Place, slot: Slot, username: str, now: datetime) -> bool:
    """Make this person the one on duty for what is left of the slot; False when nothing changes."""
    held = _holders(there, slot)
    if (held[0].person.username if held else "") == username.strip().lower():
        return False
    begins = max(slot.starts_at, now)
    try:
        person = _person(there, username, now) if username else None
        _check_there(person, begins, slot.ends_at)
    except BadInput as refusal:
        raise BadInput(refusal.detail, field=slot.key) from None
    for turn in held:
        _cut(access, turn, begins, slot.ends_at)
    if person:
        _add(access, there, person, begins, slot.ends_at)
    after = {"person": person.username if person else "", "starts_at": begins, "ends_at": slot.ends_at}
    before = {"person": ", ".join(turn.person.username for turn in held)}
    _audit_place("duty.slot", access, there, now, before, after)
    return True


def _holders(there: Place, slot: Slot) -> list[DutyTurn]:
    rows = DutyTurn.objects.filter(place_q(there), starts_at__lt=slot.ends_at, ends_at__gt=slot.starts_at)
    return list(rows.select_related("person").order_by("-starts_at", "-pk"))


def _cut(access: Access, turn: DutyTurn, begins: datetime, ends: datetime) -> None:
    """Take a stretch out of a turn; what lies before and after it stays."""
    end_before, place = turn.ends_at, _place_of(turn)
    if turn.starts_at < begins:
        turn.ends_at = begins
        turn.save(update_fields=["ends_at"])
    else:
        DutyTurn.objects.filter(pk=turn.pk).delete()
    if end_before > ends:
        _add(access, place, turn.person, ends, end_before)


def _add(access: Access, there: Place, person: User, starts_at: datetime, ends_at: datetime) -> DutyTurn:
    place = {"area": there} if isinstance(there, Area) else {"unit": there}
    return DutyTurn.objects.create(
        person=person, starts_at=starts_at, ends_at=ends_at, entered_by_id=access.user_id or 0, **place
    )


def _person(there: Place, username: str, now: datetime) -> User:
    person = duty_people(there, now=now).filter(username=username.strip().lower()).first()
    if person is None:
        raise BadInput(
            _("Only who is posted to the whole street as an officer, or to the unit, can be on duty there."),
            field="username",
        )
    return person


def _check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if ends_at <= starts_at or ends_at <= now:
        raise BadInput(_("A duty turn ends after it starts, and not in the past."), field="ends_at")
    if ends_at - starts_at > LONGEST:
        raise BadInput(_("A duty turn lasts a week at most."), field="ends_at")


def _check_there(person: User | None, starts_at: datetime, ends_at: datetime) -> None:
    if person and _away(person, starts_at, ends_at):
        raise BadInput(
            _("%(name)s is away in that time. Choose another.") % {"name": person.name}, field="username"
        )


def _away(person: User, starts_at: datetime, ends_at: datetime) -> bool:
    return Absence.objects.filter(person=person, starts_at__lt=ends_at, ends_at__gt=starts_at).exists()


def _place_of(turn: DutyTurn) -> Place:
    if turn.area is not None:
        return turn.area
    if turn.unit is not None:
        return turn.unit
    raise LookupError("a duty turn is in a street or a unit; a constraint holds it")


def facts_of(turn: DutyTurn) -> dict[str, Any]:
    """What the audit log says about a turn."""
    return {"person": turn.person.username, "starts_at": turn.starts_at, "ends_at": turn.ends_at}


def _audit(
    action: str, access: Access, turn: DutyTurn, now: datetime, before: dict[str, Any], after: dict[str, Any]
) -> None:
    _audit_place(action, access, _place_of(turn), now, before, after)


def _audit_place(
    action: str, access: Access, place: Place, now: datetime, before: dict[str, Any], after: dict[str, Any]
) -> None:
    subject = f"area:{place.code}" if isinstance(place, Area) else f"unit:{place.code}"
    audit_write(actor_id=access.user_id, action=action, subject=subject, now=now, before=before, after=after)
