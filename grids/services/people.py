"""People as an administrator looks after them: the scope is checked here, the login kept in accounts."""

from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.models import User
from accounts.services.people import password_reset, user_create, user_deactivate, user_reactivate
from core.errors import NotFound
from core.history import digest
from grids.access import Access
from grids.permissions import NO_PERSON, check_person, person_q
from grids.services.once import configure_once
from grids.services.postings import first_posting, postings_end_all
from grids.services.units import unit_found


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
    body["password"] = _stands_for(password)

    def work() -> dict[str, Any]:
        unit = unit_found(access, place.removeprefix("unit:")) if place.startswith("unit:") else None
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

    body = {"password": _stands_for(password)}
    return configure_once(access, f"people/{username}/password", body, key, now, work)


def _stands_for(password: str) -> str:
    # In the fingerprint, so that a key with another password is no repeat. Keyed, since fingerprints
    # are kept for half a year: without the secret the table can't be tried against a list of passwords.
    return digest(password, settings.SECRET_KEY)


def _person(access: Access, username: str, now: datetime) -> User:
    person = User.objects.filter(person_q(access), username=username).first()
    if person is None:
        raise NotFound(NO_PERSON)
    check_person(access, person, now)
    return person
