"""Writes of the inbox."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from core.masking import redacted
from notices.models import Notice


def notice_send(
    *, recipients: Iterable[int], kind: str, facts: Mapping[str, Any], link: str, cause: str, now: datetime
) -> None:
    """Tell people something, each once per ``cause``; ``kind`` names a text of ``notices.texts``."""
    Notice.objects.bulk_create(
        [
            Notice(recipient_id=user, kind=kind, facts=dict(facts), link=link, cause=cause, created_at=now)
            for user in dict.fromkeys(recipients)
        ],
        ignore_conflicts=True,
    )


def notices_withdraw(*, link: str, recipients: Iterable[int]) -> int:
    """Take back what was said to people about something that is none of theirs any more; how many went."""
    return Notice.objects.filter(link=link, recipient__in=list(recipients)).delete()[0]


def notices_redact(*, link: str, take: Callable[[str], str]) -> None:
    """Take something out of the facts of every notice that leads to ``link``; ``take`` gives what is left."""
    changed = []
    for notice in Notice.objects.filter(link=link):
        facts = redacted(notice.facts, take)
        if facts != notice.facts:
            notice.facts = facts
            changed.append(notice)
    Notice.objects.bulk_update(changed, ["facts"], batch_size=200)


def notices_read(*, user_id: int, notice_ids: Iterable[int] | None, now: datetime) -> int:
    """Mark one's own notices as read, all of them when no ids are named; returns how many were unread."""
    rows = Notice.objects.filter(recipient_id=user_id, read_at__isnull=True)
    if notice_ids is not None:
        rows = rows.filter(pk__in=list(notice_ids))
    return rows.update(read_at=now)
