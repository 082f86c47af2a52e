"""Looking behind the mask of whoever reported, with a reason and an audit row."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.roles import May
from cases.models import ReporterContact
from cases.selectors import case_for
from core.errors import BadInput, NotAllowed, NotFound
from core.services.audit import audit_write
from grids.access import Access


def reporter_reveal(*, access: Access, number: str, reason: str, now: datetime) -> ReporterContact:
    """Name and phone of whoever reported a case, in clear; the look is written down before it happens.

    Raises:
        NotFound: no such case in the scope, or nobody left a name or number.
        NotAllowed: not the station or those who call back, in this place.
        BadInput: no reason was given.
    """
    with transaction.atomic():
        case = case_for(access, number)
        if not access.may_in(May.SEE_REPORTER, case.area_ids):
            raise NotAllowed(_("Who reported is shown only to those who call back. Ask the station."))
        reason = reason.replace("\x00", "").strip()
        if not 2 <= len(reason) <= 300:
            raise BadInput(_("Say why you need to see it, in 2 to 300 characters."), field="reason")
        contact = ReporterContact.objects.filter(case=case).first()
        if contact is None:
            raise NotFound(_("Nobody left a name or number with this case."))
        audit_write(
            actor_id=access.user_id,
            action="reporter.reveal",
            subject=f"case:{case.number}",
            now=now,
            reason=reason,
        )
    return contact
