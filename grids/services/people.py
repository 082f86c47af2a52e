"""People as an administrator looks after them: the scope is checked here, the login kept in accounts."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from accounts.services.people import password_reset, user_create, user_deactivate, user_reactivate
from accounts.services.units import unit_save
from core.errors import BadInput, NotFound
from grids.access import Access
from grids.permissions import (
    NO_PERSON,
    NO_UNIT,
    check_person,
    check_unit,
    district_codes,
    person_q,
)
from grids.services.once import configure_once
from grids.services.postings import first_posting, postings_end_all


def person_add(
    *,
    access: Access,
    username: str,
    name: str,
    password: str,
    role: str,
    place: str,
    now: datetime,
    key: str,
    phone: str = "",
) -> dict[str, Any]:
    """Make a login with an initial password and its first posting, so that it belongs somewhere.

    ``place`` is an area's code or ``unit:`` and a unit's. Returns the login name.

    Raises:
        BadInput, Conflict, NotFound, NotAllowed: as ``user_create`` and ``posting_add``.
    """
    body = {"username": username, "name": name, "role": role, "place": place, "phone": phone}

    def work() -> dict[str, Any]:
        unit = _unit(access, place.removeprefix("unit:")) if place.startswith("unit:") else None
        person = user_create(
            username=username,
            name=name,
            password=password,
            phone=phone,
            unit=unit,
            now=now,
            actor_id=access.user_id,
        )
        first_posting(access=access, person=person, role=role, place=place, now=now)
        return {"user": person.username}

    return configure_once(access, "people/add", body, key, now, work)


def person_deactivate(
    *, access: Access, username: str, now: datetime, key: str, reason: str = ""
) -> dict[str, Any]:
    """Close a login and end all its postings; returns how many ended.

    Raises:
        NotFound, NotAllowed: see ``check_person``. Conflict: closed already.
    """

    def work() -> dict[str, Any]:
        person = _person(access, username, now)
        user_deactivate(user=person, now=now, actor_id=access.user_id, reason=reason)
        return {"user": username, "ended": postings_end_all(user=person, actor_id=access.user_id, now=now)}

    return configure_once(access, f"people/{username}/deactivate", {"reason": reason}, key, now, work)


def person_reactivate(*, access: Access, username: str, now: datetime, key: str) -> dict[str, Any]:
    """Open a closed login again, without postings. Raises as ``person_deactivate``."""

    def work() -> dict[str, Any]:
        user_reactivate(user=_person(access, username, now), now=now, actor_id=access.user_id)
        return {"user": username}

    return configure_once(access, f"people/{username}/reactivate", {}, key, now, work)


def person_password_reset(
    *, access: Access, username: str, password: str, now: datetime, key: str
) -> dict[str, Any]:
    """Give somebody a new initial password.

    Raises:
        BadInput: it is weak. NotFound, NotAllowed: see ``check_person``.
    """

    def work() -> dict[str, Any]:
        person = _person(access, username, now)
        password_reset(user=person, password=password, now=now, actor_id=access.user_id)
        return {"user": username}

    # The password stays out of the fingerprint: a digest of it would be kept for half a year.
    return configure_once(access, f"people/{username}/password", {}, key, now, work)


def unit_write(
    *,
    access: Access,
    code: str,
    name: str,
    line: str,
    kind: str,
    district: str,
    now: datetime,
    key: str,
    new: bool,
    parent: str = "",
    phone: str = "",
    active: bool = True,
) -> dict[str, Any]:
    """Make a unit of one's district (``new``) or change it; returns its code.

    Raises:
        BadInput: see ``unit_save``, or a district not one's own. NotFound: no such unit in the scope.
    """
    body = {
        "code": code,
        "name": name,
        "line": line,
        "kind": kind,
        "district": district,
        "parent": parent,
        "phone": phone,
        "active": active,
        "new": new,
    }

    def work() -> dict[str, Any]:
        if district not in district_codes(access):
            raise BadInput(_("Choose one of your own districts."), field="district")
        unit = unit_save(
            unit=None if new else _unit(access, code, lock=True),
            code=code,
            name=name,
            line=line,
            kind=kind,
            district_code=district,
            parent=_unit(access, parent) if parent else None,
            phone=phone,
            active=active,
            now=now,
            actor_id=access.user_id,
        )
        return {"unit": unit.code}

    return configure_once(access, f"units/{code}", body, key, now, work)


def _person(access: Access, username: str, now: datetime) -> User:
    person = User.objects.filter(person_q(access), username=username).first()
    if person is None:
        raise NotFound(NO_PERSON)
    check_person(access, person, now)
    return person


def _unit(access: Access, code: str, *, lock: bool = False) -> Unit:
    rows = Unit.objects.select_for_update(of=("self",)) if lock else Unit.objects.all()
    unit = rows.filter(code=code).first()
    if unit is None:
        raise NotFound(NO_UNIT)
    check_unit(access, unit)
    return unit
