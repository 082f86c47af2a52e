"""Refusals. Each is a sentence that says what to do; page and API show the same one."""

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise


class CityError(Exception):
    """A refusal fit to be shown. ``extra`` travels to the API as members of the problem document."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "refused"
    title: ClassVar[Sentence] = _("This can't be done")

    def __init__(self, detail: Sentence, *, field: str = "", **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.extra = extra

    def __str__(self) -> str:
        return str(self.detail)


class BadInput(CityError):
    """What was sent can't be understood or is incomplete; ``field`` names where."""

    code = "bad_input"
    title = _("Something in the form needs mending")


class NotAllowed(CityError):
    """Another role, place or person is needed."""

    status = 403
    code = "not_allowed"
    title = _("You may not do this")


class NotFound(CityError):
    """It does not exist, or not for this person; the two are never told apart."""

    status = 404
    code = "not_found"
    title = _("Not found")


class Conflict(CityError):
    """The state of things speaks against it."""

    status = 409
    code = "conflict"
    title = _("This does not fit what is there now")


class KeyReused(Conflict):
    """An idempotency key came again with another body."""

    code = "key_reused"


class Stale(CityError):
    """It was decided on an older version of the case."""

    status = 412
    code = "stale"
    title = _("The case has moved on")


class VersionMissing(CityError):
    """The step names no version of the case."""

    status = 428
    code = "version_missing"
    title = _("The version is missing")


class TooLarge(CityError):
    """More bytes than are taken."""

    status = 413
    code = "too_large"
    title = _("Too large")


class TooOften(CityError):
    """A stranger asked too often; ``extra["retry_after"]`` is in seconds."""

    status = 429
    code = "too_often"
    title = _("Too many requests")
