"""What is held about one person, found by their phone number and handed out on their request."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import May, Role
from cases.models import Case, CaseEvent, EventWords, ReporterContact, ReporterLook
from cases.selectors import history_told, photos_of
from cases.services.reporter import Kind, districts_seen, look_write, phone_subject, reason_of
from cases.veil import Cover
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.masking import masked_name, phones_in, redacted, whole_phone, without_phones
from grids.access import Access

MOST_CASES = 200


@transaction.atomic
def subject_export(*, access: Access, phone: str, why: str, reason: str, now: datetime) -> dict[str, Any]:
    """Everything held about a phone number in the places whose reporters one may see, as plain JSON.

    Names of colleagues stay out. Written down as a look; the audit log holds the number's digest alone.

    Raises:
        NotAllowed: sees no reporters anywhere. BadInput: no phone number, or no reason.
        NotFound: nothing is held about it here. Conflict: more than 200 cases.
    """
    check_may_hand_out(access)
    number, given = whole_phone(phone), reason_of(why, reason)
    if not number:
        raise BadInput(
            _("This is no phone number. A mobile has 11 digits; a landline looks like 023-40661234."),
            field="phone",
        )
    cases = _cases(access, number)
    look_write(
        access=access, kind=Kind.EXPORT, subject=phone_subject(number), districts=districts_seen(access),
        now=now, reason=given,
    )  # fmt: skip
    return {"phone": number, "made_at": now.isoformat(), "cases": [_held(case, number) for case in cases]}


def check_may_hand_out(access: Access) -> None:
    """Raises:
    NotAllowed: not of a district's station.
    """
    if Role.STATION not in access.roles:
        raise NotAllowed(_("Data about a person is handed out by the station. Send them there."))


def _cases(access: Access, number: str) -> list[Case]:
    seen = Case.objects.filter(access.placed_q(May.SEE_REPORTER))
    words = EventWords.objects.filter(numbered=True, event__case__in=seen.values("pk"))
    texts = words.values_list("event__case_id", "text").iterator()
    told = {case for case, text in texts if number in phones_in(text)}
    where = (
        Q(contact__phone=number)
        | Q(joiners__phone=number)
        | Q(description__icontains=number)
        | Q(address__icontains=number)
    )
    rows = (
        seen.filter(where | Q(pk__in=told))
        .select_related("case_class")
        .order_by("opened_at", "pk")
        .distinct()
    )
    found = list(rows[: MOST_CASES + 1])
    if not found:
        raise NotFound(_("Nothing is held about this number in your area."))
    if len(found) > MOST_CASES:
        raise Conflict(_("More than 200 cases name this number. It seems to be no person's; ask the bureau."))
    return found


def _held(case: Case, number: str) -> dict[str, Any]:
    contact = ReporterContact.objects.filter(case=case).first()
    own = contact is not None and contact.phone == number
    looks = ReporterLook.objects.filter(case=case).order_by("at").values_list("at", "kind", "why")
    cover = _others_covered(contact, number)
    return {
        "number": case.number,
        "stage": case.stage,
        "class": str(case.case_class or ""),
        "reported_at": case.opened_at.isoformat(),
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
        "source": case.source,
        "name": contact.name if contact and own else "",
        "phone": contact.phone if contact and own else "",
        "follow_code": case.follow_code if own else "",
        "joined": list(case.joiners.filter(phone=number).values("name", "phone", "follow_code", "at")),
        "description": cover(case.description),
        "address": cover(case.address),
        "position": [case.lon, case.lat],
        "photos": [str(photo.pk) for photo in photos_of(case)],
        "history": [_event(event, cover) for event in history_told(case)],
        "looks": [{"at": at.isoformat(), "kind": kind, "why": why} for at, kind, why in looks] if own else [],
    }


def _others_covered(contact: ReporterContact | None, number: str) -> Cover:
    """What covers everybody in the words but the one who asks."""
    other = contact.name.strip() if contact and contact.phone != number else ""

    def cover(text: str) -> str:
        text = without_phones(text, but=number)
        return text.replace(other, masked_name(other)) if len(other) > 1 else text

    return cover


def _event(event: CaseEvent, cover: Cover) -> dict[str, Any]:
    facts = {n: redacted(v, cover) for n, v in event.data.items() if not n.endswith("_digest")}
    return {"at": event.at.isoformat(), "action": event.action, "role": event.role, "facts": facts}
