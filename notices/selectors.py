"""Reads of the inbox; everybody sees their own alone."""

from datetime import datetime

from django.db.models import Q, QuerySet

from notices.kinds import names_in
from notices.models import Notice


def notices_for(user_id: int | None, *, now: datetime) -> QuerySet[Notice]:
    """A person's notices as far as their moment has come; newest first when paged by "-created_at"."""
    if not user_id:
        return Notice.objects.none()
    return Notice.objects.filter(Q(not_before__isnull=True) | Q(not_before__lte=now), recipient_id=user_id)


def notices_found(
    user_id: int | None, *, now: datetime, unread: bool | None = None, group: str = ""
) -> QuerySet[Notice]:
    """Those of one's notices that are unread (or read), and of one group of kinds."""
    rows = notices_for(user_id, now=now)
    if unread is not None:
        rows = rows.filter(read_at__isnull=unread)
    return rows.filter(kind__in=names_in(group)) if group else rows


def unread_count(user_id: int | None, *, now: datetime) -> int:
    """How many of them are unread; one query."""
    return notices_for(user_id, now=now).filter(read_at__isnull=True).count()
