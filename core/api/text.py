"""Text and sizes no database keeps and no screen shows, refused at the door."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from core.errors import BadInput, TooLarge

MOST_DEPTH = 20
_HEADERS = ("Idempotency-Key", "If-Match", "If-None-Match", "Authorization")
# What a multipart envelope weighs beside the photo in it.
_ENVELOPE = 64 * 1024


def check_text(value: Any, depth: int = 0) -> None:
    """Look through JSON-like data, names and values.

    Raises:
        BadInput: NUL or half a surrogate pair somewhere, or nested deeper than anything we take.
    """
    if depth > MOST_DEPTH:
        raise BadInput(_("This is nested too deeply. Send it flat, as the documentation shows."))
    if isinstance(value, str):
        _check_string(value)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            check_text(name, depth + 1)
            check_text(inner, depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            check_text(inner, depth + 1)


def _check_string(value: str) -> None:
    if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise BadInput(_("The text holds a sign that can't be kept (NUL or half a sign). Take it out."))


def check_request(request: Request, kwargs: Mapping[str, Any]) -> None:
    """Everything but the body, before anything is looked up: address, query, headers, announced size.

    Raises:
        BadInput, TooLarge, AuthenticationFailed.
    """
    check_text(dict(kwargs))
    check_text({name: request.query_params.getlist(name) for name in request.query_params})
    for name in _HEADERS:
        value = str(request.headers.get(name, ""))
        if value and not (value.isascii() and value.isprintable()):
            if name == "Authorization":
                raise AuthenticationFailed
            raise BadInput(_("This header takes plain ASCII signs alone."), field=name)
    check_size(request)


def check_size(request: Request) -> None:
    """Refuse by the announced length, before a byte is read.

    Raises:
        TooLarge: more than a body, or a photo with its envelope, may weigh.
    """
    announced = str(request.META.get("CONTENT_LENGTH") or "")
    multipart = str(request.content_type or "").lower().startswith("multipart/")
    if announced.isdecimal() and (len(announced) > 15 or int(announced) > most_bytes(multipart=multipart)):
        raise too_large(multipart=multipart)


def most_bytes(*, multipart: bool) -> int:
    """How many bytes a body may have."""
    if multipart:
        return int(settings.MAX_PHOTO_BYTES) + _ENVELOPE
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)


def too_large(*, multipart: bool) -> TooLarge:
    """The refusal, with the limit in megabytes."""
    most = most_bytes(multipart=multipart)
    sentence = _("This is larger than %(most)d MB. Send less at once, or smaller photos.")
    return TooLarge(sentence % {"most": most // 1_000_000}, max_bytes=most)
