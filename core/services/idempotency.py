"""The same request twice is one write. Held by a unique constraint, not by looking first."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, transaction
from django.utils.translation import gettext_lazy as _

from core.errors import BadInput, CityError, KeyReused
from core.history import canonical
from core.models import IdempotencyKey

KEPT_FOR = timedelta(days=180)


def fingerprint_of(*, method: str, path: str, body: Mapping[str, Any]) -> str:
    """What makes two requests the same: method, path and body; not ``If-Match``.

    Keyed, for the body may be a phone number and little else: without the key nobody can try guesses.
    """
    request = canonical({"request": [method, path, body]})
    return hmac.new(settings.PERSON_SALT.encode(), request, hashlib.sha256).hexdigest()


def key_checked(key: str, field: str = "key") -> str:
    """The key, if it can be kept; ``field`` is where a refusal points.

    Raises:
        BadInput: no key, one longer than 80 characters, or with signs that can't be printed.
    """
    if not key or len(key) > 80 or not key.isprintable():
        raise BadInput(_("Send an Idempotency-Key of 1 to 80 characters; a fresh UUID will do."), field=field)
    return key


def done_before(*, actor: str, key: str) -> bool:
    """Whether this actor did something with this key already; never with one that can't be kept."""
    try:
        return IdempotencyKey.objects.filter(actor=actor, key=key_checked(key)).exists()
    except BadInput:
        return False


def run_once(
    *,
    actor: str,
    key: str,
    fingerprint: str,
    now: datetime,
    work: Callable[[], dict[str, Any]],
    look_first: bool = True,
) -> dict[str, Any]:
    """Do ``work`` once for this actor and key, in one transaction; a repeat gets the first answer.

    A repeat is known by its key before any work, unless told not to ``look_first``, where one is soon refused
    and every statement counts. What holds it is the key that can't be written twice: a twin under way at the
    same moment does its work in vain and leaves nothing behind. So ``work`` writes nowhere but in the
    database. A refusal is not remembered.

    Raises:
        BadInput: the key can't be kept, see ``key_checked``.
        KeyReused: the key was used for another request.
    """
    first = _first(actor, key_checked(key)) if look_first else None
    if first is not None:
        return _first_answer(first, fingerprint)
    # On PostgreSQL the key waits for a twin that is still under way and fails once that one commits; on
    # SQLite the immediate transaction has already made the twin wait.
    try:
        with transaction.atomic():
            answer = work()
            IdempotencyKey.objects.create(
                actor=actor, key=key, fingerprint=fingerprint, answer=answer, created_at=now
            )
    except (CityError, DatabaseError, ObjectDoesNotExist):
        # However work failed that was done before, the answer is the first one.
        first = _first(actor, key)
        if first is None:
            raise
        return _first_answer(first, fingerprint)
    return answer


def _first(actor: str, key: str) -> IdempotencyKey | None:
    return IdempotencyKey.objects.filter(actor=actor, key=key).first()


def _first_answer(first: IdempotencyKey, fingerprint: str) -> dict[str, Any]:
    if first.fingerprint != fingerprint:
        raise KeyReused(_("This key was already used for another request. Make a new key and send again."))
    return dict(first.answer or {})


def answers_redact(*, number: str, moments: Iterable[datetime], member: str) -> None:
    """Take a ``member`` out of the stored answers about a case, given when each request came."""
    for row in IdempotencyKey.objects.filter(created_at__in=list(moments)):
        answer = dict(row.answer or {})
        if answer.get("number") == number and answer.pop(member, None) is not None:
            IdempotencyKey.objects.filter(pk=row.pk).update(answer=answer)


def keys_forget(*, now: datetime) -> int:
    """Drop keys older than 180 days; returns how many."""
    return IdempotencyKey.objects.filter(created_at__lt=now - KEPT_FOR).delete()[0]
