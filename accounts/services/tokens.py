"""Tokens of devices: hashed, one a login, ended one by one or all together."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken
from knox.settings import knox_settings

from accounts.models import User
from core.errors import NotAllowed


def token_issue(*, user: User) -> tuple[Any, str]:
    """A new token of this person: its row, and its text, which is kept nowhere.

    Raises:
        NotAllowed: the person still has an initial password, which somebody else knows.
    """
    if user.must_change_password:
        raise NotAllowed(_("Change the password you were given first, on the web page; then log in here."))
    row, text = AuthToken.objects.create(user=user, expiry=knox_settings.TOKEN_TTL)
    return row, str(text)


def token_end(*, token: models.Model) -> None:
    """Let one token count no more."""
    token.delete()


def tokens_end(*, user_id: int) -> int:
    """Let all tokens of a person count no more; returns how many."""
    return int(AuthToken.objects.filter(user_id=user_id).delete()[0])
