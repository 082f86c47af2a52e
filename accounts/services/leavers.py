"""Forgetting colleagues who left: what they did stays under a number, who they were goes."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import Conflict
from core.services.audit import audit_write


@transaction.atomic
def user_pseudonymise(*, user: User, now: datetime, actor_id: int | None) -> None:
    """Take name, login name, phone and e-mail out of a closed login for good; events keep its id.

    A second time does nothing.

    Raises:
        Conflict: the login is open.
    """
    person = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if person.is_active:
        raise Conflict(_("Close this login first."))
    if person.pseudonymised_at:
        return
    person.name, person.username = f"已离岗 {person.pk}", f"gone-{person.pk}"
    person.phone = person.email = ""
    person.pseudonymised_at = now
    person.set_unusable_password()
    person.save()
    audit_write(actor_id=actor_id, action="user.pseudonymise", subject=f"user:{person.username}", now=now)


def users_forget_due(*, now: datetime, limit: int = 500) -> int:
    """Pseudonymise logins closed longer than ``STAFF_KEPT_DAYS`` (0: never); returns how many.

    A login closed before its day was written down counts from the first run on.
    """
    if not settings.STAFF_KEPT_DAYS:
        return 0
    User.objects.filter(is_active=False, closed_at__isnull=True).update(closed_at=now)
    gone = now - timedelta(days=settings.STAFF_KEPT_DAYS)
    due = User.objects.filter(is_active=False, pseudonymised_at__isnull=True, closed_at__lt=gone)
    people = list(due.order_by("closed_at", "pk")[:limit])
    for person in people:
        user_pseudonymise(user=person, now=now, actor_id=None)
    return len(people)
