"""Every refusal as one document (RFC 9457), with the same sentence as on the page."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
    ValidationError,
)
from django.http import Http404
from django.http.request import UnreadablePostError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response

from core.errors import BadInput, CityError, NotAllowed, NotFound, Sentence, TooLarge, TooOften

MEDIA_TYPE = "application/problem+json"
# What a refusal carries beside the standard members never replaces one of these.
_MEMBERS = frozenset({"type", "title", "status", "detail", "code", "instance", "errors"})


class NotLoggedIn(CityError):
    """Nobody, or a token that counts no more."""

    status, code, title = 401, "not_logged_in", _("Log in first")


class MethodNotTaken(CityError):
    """The address is right, the method is not."""

    status, code, title = 405, "method_not_allowed", _("This can't be done here")


class NoSuchForm(CityError):
    """The client asks for a form of answer that is not made."""

    status, code, title = 406, "not_acceptable", _("Not in this form")


class MediaNotTaken(CityError):
    """A body in a form that is not read."""

    status, code, title = 415, "unsupported_media", _("Not in this form")


def problem_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler: every known refusal as a problem document; None lets a real fault out."""
    refusal = _refusal_of(error, context)
    if refusal is None:
        return None
    headers = _headers_of(error, refusal)
    return Response(
        problem_of(refusal, context["request"].path),
        status=refusal.status,
        headers=headers,
        content_type=MEDIA_TYPE,
    )


def problem_of(refusal: CityError, instance: str) -> dict[str, Any]:
    """The document. Members beside the standard ones are the refusal's ``extra``."""
    errors = refusal.extra.get("errors") or ({refusal.field: refusal.detail} if refusal.field else {})
    extra = {name: _plain(value) for name, value in refusal.extra.items() if name not in _MEMBERS}
    document = {
        "type": f"urn:citymgmt:problem:{refusal.code}",
        "title": str(refusal.title),
        "status": refusal.status,
        "detail": str(refusal.detail),
        "code": refusal.code,
        "instance": instance,
    }
    named = {"errors": {name: str(text) for name, text in errors.items()}} if errors else {}
    return document | named | extra


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Promise) else value


def _headers_of(error: Exception, refusal: CityError) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", ""):
        headers["WWW-Authenticate"] = str(challenge)
    if "retry_after" in refusal.extra:
        headers["Retry-After"] = str(refusal.extra["retry_after"])
    return headers


def _refusal_of(error: Exception, context: Mapping[str, Any]) -> CityError | None:
    if isinstance(error, CityError):
        return error
    if isinstance(error, exceptions.ValidationError):
        return _invalid(error.detail)
    if isinstance(error, exceptions.MethodNotAllowed):
        allowed = ", ".join(context["view"].allowed_methods)
        return MethodNotTaken(_("This address takes %(allowed)s.") % {"allowed": allowed})
    if isinstance(error, exceptions.PermissionDenied):
        csrf = str(error.detail).startswith("CSRF Failed")
        return NotAllowed(_STALE_PAGE if csrf else _NOT_YOURS)
    return next((make(sentence) for kinds, make, sentence in _KNOWN if isinstance(error, kinds)), None)


def _invalid(detail: Any) -> BadInput:
    errors = dict(_flat("", detail))
    first = next(iter(errors))
    return BadInput(errors[first], field=first, errors=errors)


def _flat(path: str, detail: Any) -> Iterator[tuple[str, Sentence]]:
    """Nested lists and mappings of sentences as (path, first sentence) pairs."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _flat(f"{path}.{name}" if path else str(name), inner)
    elif isinstance(detail, list) and any(isinstance(inner, list | Mapping) for inner in detail):
        for index, inner in enumerate(detail):
            if inner:
                yield from _flat(f"{path}.{index}" if path else str(index), inner)
    else:
        yield path or "body", str(detail[0] if isinstance(detail, list) else detail)


_STALE_PAGE = _("The page's security token is missing or old. Reload it and send the token as X-CSRFToken.")
_NOT_YOURS = _("This is for others. Ask whoever gave you your login.")
_KNOWN: tuple[tuple[tuple[type[Exception], ...], type[CityError], Sentence], ...] = (
    (
        (exceptions.AuthenticationFailed,),
        NotLoggedIn,
        _("This token is not valid any more. Log in again."),
    ),
    (
        (exceptions.NotAuthenticated,),
        NotLoggedIn,
        _("Log in first: send the session's cookie, or the header “Authorization: Token …”."),
    ),
    (
        (exceptions.NotFound, Http404),
        NotFound,
        _("There is nothing at this address. All addresses stand in /api/docs/ and end in a slash."),
    ),
    ((exceptions.NotAcceptable,), NoSuchForm, _("The API answers in JSON. Accept application/json.")),
    (
        (exceptions.UnsupportedMediaType,),
        MediaNotTaken,
        _("Send application/json; a photo goes as multipart/form-data."),
    ),
    ((exceptions.Throttled,), TooOften, _("That was a lot of requests. Please try again later.")),
    (
        (RequestDataTooBig, TooManyFilesSent, TooManyFieldsSent),
        TooLarge,
        _("That is more than is taken at once. Send less."),
    ),
    (
        (exceptions.ParseError, UnreadablePostError, SuspiciousOperation, ValidationError),
        BadInput,
        _("The request can't be read. Send a photo as multipart/form-data in a part named “file”."),
    ),
    ((PermissionDenied,), NotAllowed, _NOT_YOURS),
)
