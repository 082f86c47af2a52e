"""A person's own wishes: what reaches them how, when it is quiet, and the address letters go to."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.models import User
from accounts.services.people import email_change
from core.errors import BadInput, Sentence
from core.services.ratelimit import rate_take
from notices.channels.email import letter_of, send
from notices.faults import Fault
from notices.kinds import IN_GROUPS, Group
from notices.models import Preference
from notices.wishes import email_mark, wish_of

_SALT, _GOOD_FOR = "notices.email", timedelta(hours=48)
_LETTERS_PER_HOUR = 5
_OLD: Sentence = gettext_lazy("This link is not valid any more. Have a new letter sent to you.")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wishes; groups by their codes, quiet hours in city time or both None."""

    language: str
    email_groups: Collection[str]
    robot_groups: Collection[str]
    quiet_from: time | None
    quiet_to: time | None


def preferences_save(*, user: User, wishes: Wishes, now: datetime) -> Preference:
    """Write down what a person wishes from now on; safe to repeat.

    Raises:
        BadInput: an unknown language or group, or quiet hours without two different ends.
    """
    check_language(wishes.language)
    check_groups(wishes.email_groups, list(Group), "email_groups")
    check_groups(wishes.robot_groups, list(IN_GROUPS), "robot_groups")
    check_quiet(wishes.quiet_from, wishes.quiet_to)
    wanted: dict[str, Any] = asdict(wishes) | {
        "email_groups": sorted(set(wishes.email_groups)),
        "robot_groups": sorted(set(wishes.robot_groups)),
        "changed_at": now,
    }
    return Preference.objects.update_or_create(user=user, defaults=wanted)[0]


def check_language(language: str) -> None:
    """Refuse with BadInput a language there are no texts in."""
    if language not in dict(settings.LANGUAGES):
        raise BadInput(gettext_lazy("Choose one of the languages offered."), field="language")


def check_groups(groups: Collection[str], known: Collection[str], field: str) -> None:
    """Refuse with BadInput groups of kinds that are none, or that may not go this way."""
    if not {str(group) for group in groups} <= {str(group) for group in known}:
        raise BadInput(gettext_lazy("Choose from the kinds of notices offered."), field=field)


def check_quiet(begins: time | None, ends: time | None) -> None:
    """Refuse with BadInput quiet hours that have one end, or two that are the same."""
    if (begins is None) != (ends is None):
        sentence = gettext_lazy("Give both ends of the quiet hours, or leave both empty.")
        raise BadInput(sentence, field="quiet_from" if begins is None else "quiet_to")
    if begins is not None and begins == ends:
        raise BadInput(gettext_lazy("The quiet hours must end at another time."), field="quiet_to")


def email_ask(*, user: User, address: str, now: datetime) -> None:
    """Send a letter with a link to an address; nothing else goes there before the link was followed.

    Sent at once and outside any transaction, so that the person sees whether it left.

    Raises:
        BadInput: no address, or the mail server refuses it. TooOften: five letters in this hour.
    """
    wanted = address.strip()
    try:
        validate_email(wanted)
    except ValidationError as error:
        raise BadInput(gettext_lazy("This is no e-mail address."), field="email") from error
    if len(wanted) > 254:
        raise BadInput(gettext_lazy("This is no e-mail address."), field="email")
    rate_take(bucket="notices.email", client=f"user:{user.pk}", limit=_LETTERS_PER_HOUR, now=now)
    try:
        _confirmation_send(user, wanted, now)
    except Fault as error:
        sentence = gettext_lazy("The letter could not be sent. %(why)s Try again later.")
        raise BadInput(sentence % {"why": str(error)}, field="email") from error
    _kept(user, now, email_asked_at=now)


def _confirmation_send(user: User, address: str, now: datetime) -> None:
    until = now + _GOOD_FOR
    token = signing.dumps({"user": user.pk, "email": address, "until": until.isoformat()}, salt=_SALT)
    url = f"{settings.SITE_URL}{reverse('notices:email_confirm', args=[token])}"
    with override(wish_of(user).language):
        context = {"name": user.name, "url": url, "until": until}
        letter = letter_of(address, _("Confirm your e-mail address"), "confirm", context, key=str(uuid4()))
    send(letter)


def email_confirm(*, user: User, token: str, now: datetime) -> None:
    """Use the address a link was sent to from now on; following the link twice is fine.

    Raises:
        BadInput: the link is not ours, too old, or was asked for by somebody else.
    """
    try:
        asked = signing.loads(token, salt=_SALT)
        good = asked["user"] == user.pk and now < datetime.fromisoformat(asked["until"])
    except (signing.BadSignature, KeyError, TypeError, ValueError) as error:
        raise BadInput(_OLD, field="token") from error
    if not good:
        raise BadInput(_OLD, field="token")
    with transaction.atomic():
        if user.email != asked["email"]:
            email_change(user=user, email=asked["email"], now=now)
        _kept(user, now, email_mark=email_mark(asked["email"]))


def email_remove(*, user: User, now: datetime) -> None:
    """Send this person no letters any more and forget the address."""
    with transaction.atomic():
        if user.email:
            email_change(user=user, email="", now=now)
        _kept(user, now, email_mark="")


def _kept(user: User, now: datetime, **columns: Any) -> None:
    """Write columns of a person's row, which begins with the defaults."""
    start = wish_of(user)
    names = ("language", "email_groups", "robot_groups", "quiet_from", "quiet_to")
    defaults = {name: getattr(start, name) for name in names}
    Preference.objects.update_or_create(
        user=user,
        defaults=columns | {"changed_at": now},
        create_defaults=defaults | columns | {"changed_at": now},
    )
