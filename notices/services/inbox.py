"""Writes of the inbox, and with them of what is owed to the channels."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from core.masking import redacted
from notices.channels import Message, Owed, channels
from notices.models import ChannelDelivery, Notice
from notices.selectors import notices_for
from notices.wishes import people_told


def notice_send(
    *,
    recipients: Iterable[int],
    kind: str,
    facts: Mapping[str, Any],
    link: str,
    cause: str,
    now: datetime,
    urgent: bool = False,
    not_before: datetime | None = None,
) -> None:
    """Tell people something, each once per ``cause``; ``kind`` names one of ``notices.kinds``.

    ``urgent`` sounds in quiet hours too. Before ``not_before``, which whoever knows the working time of the
    place gives, it is not shown in the inbox either.
    """
    message = Message(tuple(recipients), kind, facts, link, cause, urgent, not_before)
    notices_send(messages=[message], now=now)


@transaction.atomic
def notices_send(*, messages: Sequence[Message], now: datetime) -> None:
    """Tell many things at once: three statements where nobody wants more than the inbox, six otherwise."""
    told = {user for message in messages for user in message.recipients}
    if not told:
        return
    Notice.objects.bulk_create(
        [
            Notice(
                recipient_id=user, kind=message.kind, facts=dict(message.facts), link=message.link,
                cause=message.cause, created_at=now, urgent=message.urgent, not_before=message.not_before,
            )
            for message in messages
            for user in dict.fromkeys(message.recipients)
        ],
        ignore_conflicts=True,
        batch_size=500,
    )  # fmt: skip
    people = people_told(told)
    for channel in channels():
        if owed := channel.owed(messages, people, now):
            _owe(channel.name, owed, now)


def _owe(channel: str, owed: Sequence[Owed], now: datetime) -> None:
    """Write the deliveries of what was told just now; what was told before was owed before."""
    rows = Notice.objects.filter(
        recipient__in={one.user_id for one in owed}, cause__in={one.cause for one in owed}, created_at=now
    )
    ids = {(user, cause): pk for pk, user, cause in rows.values_list("pk", "recipient_id", "cause")}
    ChannelDelivery.objects.bulk_create(
        [
            ChannelDelivery(
                notice_id=ids[one.user_id, one.cause], channel=channel, target=one.target,
                due_at=one.due_at, next_at=one.due_at, urgent=one.urgent,
            )
            for one in owed
            if (one.user_id, one.cause) in ids
        ],
        ignore_conflicts=True,
        batch_size=500,
    )  # fmt: skip


def notices_withdraw(*, link: str, recipients: Iterable[int]) -> int:
    """Take back what was said to people about something that is none of theirs any more; how many went.

    What was to go out of the house about it goes with it.
    """
    gone = Notice.objects.filter(link=link, recipient__in=list(recipients)).delete()[1]
    return gone.get(Notice._meta.label, 0)


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
    rows = notices_for(user_id, now=now).filter(read_at__isnull=True)
    if notice_ids is not None:
        rows = rows.filter(pk__in=list(notice_ids))
    return rows.update(read_at=now)
