"""Reads of the inbox; everybody sees their own alone."""

from django.db.models import QuerySet

from notices.models import Notice


def notices_for(user_id: int | None) -> QuerySet[Notice]:
    """A person's notices; newest first when paged by "-created_at"."""
    return Notice.objects.filter(recipient_id=user_id) if user_id else Notice.objects.none()


def unread_count(user_id: int | None) -> int:
    """How many of them are unread."""
    return notices_for(user_id).filter(read_at__isnull=True).count()
