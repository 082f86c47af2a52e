"""What people without a login may do: report, add a photo, look a code up. Counted an hour and address."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from cases.models import Case, Photo
from cases.public_reads import (
    case_locked_by_code,
    code_clean,
    joined_by_token,
    public_case,
    public_similar,
)
from cases.selectors import one_locked
from cases.services.advance import step_take
from cases.services.photos import photo_store
from cases.services.report import Origin, case_report
from cases.workflow import Action, Guest
from core.errors import BadInput, NotFound
from core.services.idempotency import fingerprint_of, run_once
from core.services.ratelimit import rate_take
from grids.access import NOBODY, Access
from grids.selectors import people_posted
from notices.services.inbox import notice_send


def resident_report(
    *, raw: Mapping[str, Any], key: str, client: str, now: datetime, uuid: UUID | None = None
) -> dict[str, Any]:
    """File a stranger's report; ``client`` is the address it came from. Answers as ``case_report``.

    All strangers share one actor, so their keys must be such as nobody else makes: UUIDs.

    Raises:
        TooOften: this address has reported enough for the hour.
        BadInput: the key is no UUID, or what ``case_report`` refuses.
    """
    key = _uuid_key(key)
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


def resident_asks_to_be_forgotten(*, code: str, client: str, now: datetime) -> Case:
    """Whoever holds the code asks to be forgotten: the station is told once, and does it by hand.

    Raises:
        TooOften, NotFound: too many in this hour, or no such code.
    """
    rate_take(bucket="public.forget", client=client, limit=settings.PUBLIC_FORGETS_PER_HOUR, now=now)
    case = public_case(code)
    with transaction.atomic():
        if Case.objects.filter(pk=case.pk, forget_asked_at__isnull=True).update(forget_asked_at=now):
            _tell_station(case, now)
    case.forget_asked_at = case.forget_asked_at or now
    return case


def _tell_station(case: Case, now: datetime) -> None:
    station = people_posted(roles={Role.STATION}, now=now, area_ids=case.area_ids)
    notice_send(
        recipients=station.values_list("pk", flat=True),
        kind="forget_asked",
        facts={"number": case.number},
        link=f"/cases/{case.number}/",
        cause=f"case:{case.number}:forget_asked",
        now=now,
    )


def resident_look_up(*, code: str, client: str, now: datetime) -> Case:
    """The case of a follow-up code.

    Raises:
        TooOften, NotFound: too many tries in this hour, or no such code.
    """
    rate_take(bucket="public.follow", client=client, limit=settings.PUBLIC_LOOKUPS_PER_HOUR, now=now)
    return public_case(code)


def resident_similar(*, lon: float, lat: float, client: str, now: datetime) -> list[tuple[Case, float]]:
    """Open cases near a place with their distance, as ``public_similar``, counted like looking up a code.

    Raises:
        TooOften: too many in this hour.
    """
    rate_take(bucket="public.similar", client=client, limit=settings.PUBLIC_LOOKUPS_PER_HOUR, now=now)
    return public_similar(lon=lon, lat=lat, now=now)


def reporter_step(
    *,
    code: str,
    action: str,
    raw: Mapping[str, Any],
    version: int | None,
    key: str,
    client: str,
    now: datetime,
) -> dict[str, Any]:
    """A step of the reporter's own, by the follow-up code: answer or object. Answers as ``case_advance``.

    Raises:
        TooOften, NotFound: too many tries in this hour, or no such code of a reporter.
        Stale, VersionMissing, Conflict, BadInput, NotAllowed: as for any step.
    """
    rate_take(bucket="public.step", client=client, limit=settings.PUBLIC_REPORTS_PER_HOUR, now=now)
    body = {**raw, "code": code_clean(code)}
    return run_once(
        actor=f"code:{code_clean(code)}",
        key=key,
        fingerprint=fingerprint_of(method="POST", path=f"follow/steps/{action}", body=body),
        now=now,
        work=lambda: step_take(
            case=case_locked_by_code(code),
            action=action,
            access=Access(at=now),
            raw=raw,
            version=version,
            now=now,
            guest=Guest.REPORTER,
        ),
    )


def resident_join(
    *, token: str, raw: Mapping[str, Any], key: str, client: str, now: datetime
) -> dict[str, Any]:
    """Join an open case instead of reporting the same once more; the answer has a code to follow it by.

    ``token`` names the case as ``public_similar`` offered it.

    Raises:
        TooOften: this address has reported enough for the hour.
        NotFound, Conflict: the offer is too old, or the case is done.
        BadInput: the key is no UUID, or a name or number can't be.
    """
    key = _uuid_key(key)
    joined = joined_by_token(token)
    rate_take(bucket="public.report", client=client, limit=settings.PUBLIC_REPORTS_PER_HOUR, now=now)
    return run_once(
        actor="guest:resident",
        key=key,
        fingerprint=fingerprint_of(method="POST", path="public/join", body={**raw, "case": joined}),
        now=now,
        work=lambda: _join(joined, raw, now),
    )


def _join(case_id: int, raw: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    case = one_locked(Case.objects.filter(pk=case_id))
    if case is None:
        raise NotFound(_("There is no such case any more. Report it anew."))
    # A mark that makes nothing stale needs no version to have been decided on.
    return step_take(
        case=case, action=Action.JOIN, access=Access(at=now), raw=raw, version=case.version, now=now,
        guest=Guest.RESIDENT,
    )  # fmt: skip


def _uuid_key(key: str) -> str:
    try:
        return str(UUID(key))
    except ValueError:
        raise BadInput(_("Send a fresh UUID as Idempotency-Key."), field="key") from None
