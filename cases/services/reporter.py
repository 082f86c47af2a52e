"""Looking behind the mask of whoever reported: with a reason, written down before it happens."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.roles import May, Role
from cases.models import Case, LookReason, ReporterContact, ReporterLook
from cases.selectors import case_in_clear, history_told
from cases.veil import hides_numbers
from core.errors import BadInput, NotAllowed, NotFound
from core.history import digest
from core.masking import whole_phone
from core.services.audit import audit_write
from grids.access import Access
from grids.models import Area
from grids.selectors import people_posted
from notices.services.inbox import notice_send

LONGEST_REASON = 300
Kind = ReporterLook.Kind


@dataclass(frozen=True, slots=True)
class Revealed:
    """What stood behind the mask, to be shown until a moment and kept nowhere."""

    name: str
    phone: str
    description: str
    address: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody looks: a reason of the list and, for another one, words of their own."""

    why: LookReason
    words: str


def reason_of(why: str, words: str) -> Reason:
    """The reason of a look as it was given.

    Raises:
        BadInput: none of the list, another one without words, or too many words.
    """
    words = words.replace("\x00", "").strip()
    if why not in LookReason.values:
        raise BadInput(_("Choose why you need to see it."), field="why")
    if len(words) > LONGEST_REASON or (why == LookReason.OTHER and len(words) < 2):
        raise BadInput(_("Say why you need to see it, in 2 to 300 characters."), field="reason")
    return Reason(LookReason(why), words)


@transaction.atomic
def reporter_reveal(*, access: Access, number: str, why: str, reason: str, now: datetime) -> Revealed:
    """Name and phone of whoever reported a case, and its words, in clear for ``REVEAL_SECONDS``.

    Raises:
        NotFound: no such case in the scope, or nothing behind the mask.
        NotAllowed: not the station or those who call back, in this place.
        BadInput: no reason was given.
    """
    case = case_in_clear(access, number)
    if not access.may_in(May.SEE_REPORTER, case.area_ids):
        raise NotAllowed(_("Who reported is shown only to those who call back. Ask the station."))
    given = reason_of(why, reason)
    contact = ReporterContact.objects.filter(case=case).first()
    if contact is None and not hides_numbers(case, history_told(case)):
        raise NotFound(_("Nobody left a name or number with this case."))
    look_write(
        access=access, kind=Kind.REVEAL, subject=f"case:{case.number}", districts=[case.district_id], now=now,
        case=case, reason=given,
    )  # fmt: skip
    until = now + timedelta(seconds=settings.REVEAL_SECONDS)
    name, phone = (contact.name, contact.phone) if contact else ("", "")
    return Revealed(name, phone, case.description, case.address, until)


def reporter_sought(*, access: Access, words: str, now: datetime) -> None:
    """Write down a search by a whole phone number, as a digest, by somebody whom it can find reports for."""
    phone = whole_phone(words)
    if not phone or not access.may(May.SEE_REPORTER):
        return
    with transaction.atomic():
        look_write(
            access=access,
            kind=Kind.SEARCH,
            subject=phone_subject(phone),
            districts=districts_seen(access),
            now=now,
        )


def phone_subject(phone: str) -> str:
    """How the audit log names a phone number: the same number by the same digest, and nobody reads it."""
    return f"phone:{digest(phone, settings.PERSON_SALT)}"


def districts_seen(access: Access) -> list[int]:
    """The districts in which somebody may see who reported."""
    rows = Area.objects.filter(pk__in=access.area_ids(May.SEE_REPORTER))
    return sorted({district or pk for pk, district in rows.values_list("pk", "district_id")})


def look_write(
    *,
    access: Access,
    kind: ReporterLook.Kind,
    subject: str,
    districts: Collection[int],
    now: datetime,
    case: Case | None = None,
    reason: Reason | None = None,
) -> None:
    """Write a look down: one row of the audit log, one a district for those who watch over it.

    Beyond ``REVEALS_PER_HOUR`` looks by one person the bureau is told, once an hour.
    """
    why = reason.why.value if reason else ""
    entry = audit_write(
        actor_id=access.user_id, action=f"reporter.{kind.value}", subject=subject, now=now, after={"why": why}
    )
    ReporterLook.objects.bulk_create(
        ReporterLook(
            entry=entry, kind=kind, at=now, actor=access.user, district_id=district, case=case, why=why,
            reason=reason.words if reason else "",
        )
        for district in districts
    )  # fmt: skip
    _alarm(access, districts, now)


def _alarm(access: Access, districts: Collection[int], now: datetime) -> None:
    looks = ReporterLook.objects.filter(actor=access.user, at__gt=now - timedelta(hours=1), at__lte=now)
    count = looks.values("entry").distinct().count()
    if count <= settings.REVEALS_PER_HOUR:
        return
    bureau = people_posted(roles={Role.BUREAU}, now=now, area_ids=districts)
    notice_send(
        recipients=bureau.values_list("pk", flat=True),
        kind="looks",
        # By number, not by name: a notice stays when a colleague is long gone.
        facts={"count": count},
        link=f"/cases/looks/?actor={access.user_id}",
        cause=f"looks:{access.user_id}:{now:%Y%m%d%H}",
        now=now,
    )
