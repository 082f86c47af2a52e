"""People: the only writer of logins. Who may is asked above, where places are known."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from knox.models import get_token_model

from accounts.models import Unit, User
from core.errors import BadInput, Conflict
from core.services.audit import audit_write

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,49}")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{4,24}[0-9]")


@transaction.atomic
def user_create(
    *,
    username: str,
    name: str,
    password: str,
    now: datetime,
    actor_id: int | None,
    phone: str = "",
    unit: Unit | None = None,
    made_up: bool = False,
    must_change_password: bool = True,
) -> User:
    """Make a login with an initial password, to be changed at the first login unless said otherwise.

    Raises:
        BadInput: a field is missing or malformed, the login name is taken, or the password is weak.
    """
    login = username.strip().lower()
    _check_person(login, name, phone)
    person = User(
        username=login, name=name.strip(), phone=phone.strip(), unit=unit, made_up=made_up,
        must_change_password=must_change_password, date_joined=now,
    )  # fmt: skip
    _password_set(person, password)
    person.save()
    _audit("user.create", person, now, actor_id, after=_facts(person))
    return person


@transaction.atomic
def user_deactivate(*, user: User, now: datetime, actor_id: int | None, reason: str = "") -> None:
    """Close a login: sessions and tokens end at once, what the person did stays under the name.

    Raises:
        Conflict: it is closed already.
    """
    person = _locked(user)
    if not person.is_active:
        raise Conflict(_("This login is closed already."))
    person.is_active, person.closed_at = False, now
    person.save(update_fields=["is_active", "closed_at"])
    _tokens_drop(person)
    _audit("user.deactivate", person, now, actor_id, {"is_active": True}, {"is_active": False}, reason)


@transaction.atomic
def user_reactivate(*, user: User, now: datetime, actor_id: int | None) -> None:
    """Open a closed login again; it has no postings until somebody gives it some.

    Raises:
        Conflict: it is open, or the person was forgotten.
    """
    person = _locked(user)
    if person.is_active:
        raise Conflict(_("This login is open already."))
    if person.pseudonymised_at:
        raise Conflict(_("Nothing is known of this person any more. Make a new login."))
    person.is_active, person.closed_at = True, None
    person.save(update_fields=["is_active", "closed_at"])
    _audit("user.reactivate", person, now, actor_id, {"is_active": False}, {"is_active": True})


@transaction.atomic
def password_reset(*, user: User, password: str, now: datetime, actor_id: int | None) -> None:
    """Give a new initial password, to be changed at the next login; all sessions and tokens end.

    Raises:
        BadInput: the password is weak.
    """
    person = _locked(user)
    _password_set(person, password)
    person.must_change_password = True
    person.save(update_fields=["password", "must_change_password"])
    _tokens_drop(person)
    _audit("user.password_reset", person, now, actor_id)


@transaction.atomic
def password_change(*, user: User, old: str, new: str, now: datetime) -> None:
    """Change one's own password; tokens end, and so do all sessions but one whose hash is renewed.

    Raises:
        BadInput: the old one is wrong, the new one is weak or the same.
    """
    person = _locked(user)
    if not person.check_password(old):
        raise BadInput(_("The old password is not right. Type it again."), field="old")
    if old == new:
        raise BadInput(_("The new password is the old one. Choose another."), field="new")
    _password_set(person, new, field="new")
    person.must_change_password = False
    person.save(update_fields=["password", "must_change_password"])
    _tokens_drop(person)
    _audit("user.password_change", person, now, person.pk)


@transaction.atomic
def email_change(*, user: User, email: str, now: datetime) -> None:
    """Write down one's own e-mail address, or take it away (""); whoever calls has made sure of it."""
    person = _locked(user)
    person.email = email
    person.save(update_fields=["email"])
    # Without the address: the audit log can't be cleared, and personal data must be able to go.
    _audit("user.email_change", person, now, person.pk, after={"email": bool(email)})


def _locked(user: User) -> User:
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def _check_person(login: str, name: str, phone: str) -> None:
    if not _LOGIN.fullmatch(login):
        raise BadInput(
            _("A login name has 2 to 50 small letters, digits, dots and hyphens, a letter or digit first."),
            field="username",
        )
    if User.objects.filter(username__iexact=login).exists():
        raise BadInput(_("This login name is taken. Choose another."), field="username")
    if not name.strip() or len(name) > 60 or not name.isprintable():
        raise BadInput(_("Give the person's name in at most 60 characters."), field="name")
    if phone.strip() and not _PHONE.fullmatch(phone.strip()):
        raise BadInput(_("This is no phone number. Use digits, spaces and hyphens."), field="phone")


def _password_set(person: User, password: str, field: str = "password") -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise BadInput(_sentence(error.messages), field=field) from error
    person.set_password(password)


def _sentence(messages: Sequence[str]) -> str:
    return " ".join(messages)


def _tokens_drop(person: User) -> None:
    get_token_model().objects.filter(user=person).delete()


def _facts(person: User) -> dict[str, str]:
    # No phone number: the audit log can't be cleared, and personal data must be able to go.
    unit = person.unit.code if person.unit else ""
    return {"username": person.username, "name": person.name, "unit": unit}


def _audit(
    action: str,
    person: User,
    now: datetime,
    actor_id: int | None,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    audit_write(
        actor_id=actor_id, action=action, subject=f"user:{person.username}",
        now=now, before=before, after=after, reason=reason,
    )  # fmt: skip
