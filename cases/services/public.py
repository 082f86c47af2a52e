"""What people without a login may do: report, add a photo, look a code up. Counted an hour and address."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Photo
from cases.selectors import public_case
from cases.services.photos import photo_store
from cases.services.report import Origin, case_report
from cases.workflow import Guest
from core.errors import BadInput
from core.services.ratelimit import rate_take
from grids.access import NOBODY


def resident_report(
    *, raw: Mapping[str, Any], key: str, client: str, now: datetime, uuid: UUID | None = None
) -> dict[str, Any]:
    """File a stranger's report; ``client`` is the address it came from. Answers as ``case_report``.

    All strangers share one actor, so their keys must be such as nobody else makes: UUIDs.

    Raises:
        TooOften: this address has reported enough for the hour.
        BadInput: the key is no UUID, or what ``case_report`` refuses.
    """
    try:
        key = str(UUID(key))
    except ValueError:
        raise BadInput(_("Send a fresh UUID as Idempotency-Key."), field="key") from None
    rate_take(bucket="public.report", client=client, limit=settings.PUBLIC_REPORTS_PER_HOUR, now=now)
    origin = Origin(guest=Guest.RESIDENT)
    return case_report(access=NOBODY, raw=raw, key=key, now=now, uuid=uuid, origin=origin)


def resident_photo(*, data: BinaryIO, client: str, now: datetime, photo_id: UUID | None = None) -> Photo:
    """Keep a stranger's photo for a report to come.

    Raises:
        TooOften, PhotoRefused: too many in this hour, or no photo.
    """
    limit = settings.PUBLIC_REPORTS_PER_HOUR * settings.MAX_PHOTOS_PER_STEP
    rate_take(bucket="public.photo", client=client, limit=limit, now=now)
    return photo_store(data=data, user_id=None, now=now, photo_id=photo_id)


def resident_keep(client: str, now: datetime) -> Callable[[BinaryIO, UUID], Photo]:
    """How the photos of a stranger's form are kept: counted like those sent before it."""
    return lambda data, photo_id: resident_photo(data=data, client=client, now=now, photo_id=photo_id)


def resident_look_up(*, code: str, client: str, now: datetime) -> Case:
    """The case of a follow-up code.

    Raises:
        TooOften, NotFound: too many tries in this hour, or no such code.
    """
    rate_take(bucket="public.follow", client=client, limit=settings.PUBLIC_LOOKUPS_PER_HOUR, now=now)
    return public_case(code)
