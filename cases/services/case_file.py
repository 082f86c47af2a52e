"""Taking a case away as a file, which is written down, and looking at a file somebody brings."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from cases.casefile.document import case_document
from cases.casefile.judge import Verdict, judged
from cases.casefile.reading import document_in, is_pdf
from cases.casefile.sheet import sheet_pdf
from cases.selectors import case_locked
from core.history import canonical
from core.models import AuditEntry
from core.services.audit import audit_write
from grids.access import Access

_ACTION = "case.export"


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file as it goes out."""

    name: str
    media_type: str
    content: bytes


def case_file_issue(*, access: Access, number: str, pdf: bool, now: datetime) -> CaseFile:
    """The case as canonical JSON, or as PDF with that JSON attached; who took it and its hash are audited.

    Raises:
        NotFound: no such case in the scope.
    """
    with transaction.atomic():
        # Under the lock, so that no step comes between the reads a file is made of.
        case_locked(access, number)
        return _issued(access, number, pdf, now)


def _issued(access: Access, number: str, pdf: bool, now: datetime) -> CaseFile:
    document = case_document(access, number, now=now)
    content = canonical(document)
    if pdf:
        content = sheet_pdf(access, document, content, now=now)
    audit_write(
        actor_id=access.user_id,
        action=_ACTION,
        subject=f"case:{document['number']}",
        now=now,
        after={"sha256": hashlib.sha256(content).hexdigest()},
    )
    kind, media_type = ("pdf", "application/pdf") if pdf else ("json", "application/json")
    return CaseFile(f"case-{document['number']}.{kind}", media_type, content)


def case_file_examine(*, data: bytes) -> Verdict:
    """The verdict on whatever somebody brings. Whoever holds a file may have it examined: it says nothing
    of a case that the file does not, but whether and by how many events the case has moved on."""
    document = document_in(data)
    issued = not is_pdf(data) or document is None or _was_issued(str(document.get("number")), data)
    return judged(document, pages_issued=issued)


def _was_issued(number: str, data: bytes) -> bool:
    if not (number.isascii() and number.isdigit()):
        return False
    mine = AuditEntry.objects.filter(action=_ACTION, subject=f"case:{number[:20]}")
    sha256 = hashlib.sha256(data).hexdigest()
    return any(after.get("sha256") == sha256 for after in mine.values_list("after", flat=True).iterator())
