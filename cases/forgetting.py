"""What a forgetting would take away, to be looked at before it is done."""

from typing import Any

from cases.models import Case, EventWords, Joiner, ReporterContact
from core.masking import masked_name, masked_phone, without_person


def to_be_forgotten(case: Case, words: list[str]) -> dict[str, Any]:
    """Contact under its mask, whether a code goes, and the texts as they will stand; ``case`` in clear.

    Three queries; ``words`` are names to take out beside the one the caller left.
    """
    contact = ReporterContact.objects.filter(case=case).first()
    left_behind = [contact, *Joiner.objects.filter(case=case)]
    known = [*words, *(word for who in left_behind if who for word in (who.name, who.phone))]
    strike = [word for word in known if len(word.strip()) > 1]
    rows = EventWords.objects.filter(event__case=case).order_by("event__seq", "pk")
    said = [case.description, case.address, *rows.values_list("text", flat=True)]
    left = [(text, without_person(text, strike)) for text in said]
    return {
        "name": masked_name(contact.name) if contact else "",
        "phone": masked_phone(contact.phone) if contact else "",
        "code": bool(case.follow_code),
        "texts": [after for before, after in left if before != after],
        "asked_at": case.forget_asked_at,
    }
