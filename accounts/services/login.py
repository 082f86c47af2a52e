"""Outer bounds of wrong logins, beside the lock of a name and address: slow, for guessing spread wide."""

import contextlib
import hashlib
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from core.errors import TooOften
from core.services.ratelimit import rate_check, rate_take


def login_check(*, username: str, client: str, now: datetime) -> None:
    """Refuse a try, right or wrong, once this hour saw too many wrong ones.

    ``client`` is the address it came from.

    Raises:
        TooOften: too many from this address, or for this name from anywhere.
    """
    for bucket, counted, limit in _bounds(username, client):
        rate_check(bucket=bucket, client=counted, limit=limit, now=now)


def login_failed(*, username: str, client: str, now: datetime) -> None:
    """Count one wrong try, against the address and against the name."""
    for bucket, counted, limit in _bounds(username, client):
        # A twin may have used up the last one meanwhile: the next check refuses.
        with contextlib.suppress(TooOften):
            rate_take(bucket=bucket, client=counted, limit=limit, now=now)


def _bounds(username: str, client: str) -> Iterator[tuple[str, str, int]]:
    # A name is counted whether or not there is such a login, so that none is told by it; as a digest,
    # since people type passwords where the name belongs.
    name = hashlib.sha256(username.strip().lower().encode("utf-8", "surrogatepass")).hexdigest()
    yield "login.address", client, settings.LOGIN_TRIES_PER_ADDRESS_PER_HOUR
    yield "login.name", name, settings.LOGIN_TRIES_PER_NAME_PER_HOUR
