"""Letters: to an address that was confirmed, in the reader's language, as text and simple HTML."""

import smtplib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.models import User
from core.errors import Sentence
from notices.channels import Later, Message, Moot, Never, Owed, Parcel, Send, target_ids
from notices.kinds import kind_of
from notices.quiet import sounds_from
from notices.texts import text_of, title_of
from notices.wishes import people_told


class EmailChannel:
    """One letter a person, with everything that is due for them."""

    name = "email"
    label: Sentence = gettext_lazy("E-mail")
    most = 50
    # Eight exchanges with a mail server of ten seconds each, and some.
    lease = timedelta(minutes=2)
    pace: timedelta | None = None

    def owed(self, messages: Sequence[Message], people: Mapping[int, Any], now: datetime) -> Sequence[Owed]:
        """To whoever confirmed an address and wants the kind."""
        return [
            Owed(user, message.cause, f"user:{user}", _due(message, people[user].quiet, now), message.urgent)
            for message in messages
            for user in dict.fromkeys(message.recipients)
            if user in people and people[user].email
            if kind_of(message.kind).group in people[user].email_groups
        ]

    def gate_of(self, target: str) -> str:
        """One mail server for all."""
        return self.name

    def sounds_from(self, target: str, now: datetime) -> datetime:
        """After the person's quiet hours."""
        person = _person(target)
        return sounds_from(now, person.quiet) if person else now

    def prepare(self, target: str, parcel: Parcel, now: datetime) -> Send:
        """The letter, ready to go."""
        person = _person(target)
        if person is None or not person.email:
            raise Moot("closed")
        with override(person.language):
            letter = _letter(person.email, parcel, person.name)
        return lambda: send(letter)

    def named(self, targets: Sequence[str]) -> Mapping[str, str]:
        """By the person's name."""
        by_id = target_ids(targets)
        rows = User.objects.filter(pk__in=by_id).values_list("pk", "name")
        return {by_id[pk]: name for pk, name in rows}


def _due(message: Message, quiet: Any, now: datetime) -> datetime:
    start = max(now, message.not_before or now)
    return start if message.urgent else sounds_from(start, quiet)


def _person(target: str) -> Any:
    return next(iter(people_told(list(target_ids([target]))).values()), None)


def _letter(address: str, parcel: Parcel, name: str) -> EmailMultiAlternatives:
    items = [
        {
            "title": title_of(notice.kind),
            "text": text_of(notice.kind, notice.facts),
            "url": f"{settings.SITE_URL}{notice.link}" if settings.SITE_URL and notice.link else "",
            "at": notice.created_at,
        }
        for notice in sorted(parcel.notices, key=lambda notice: (notice.created_at, notice.pk))
    ]
    subject = _subject(parcel, items)
    return letter_of(address, subject, "notice", {"name": name, "items": items}, key=parcel.key)


def _subject(parcel: Parcel, items: Sequence[Mapping[str, Any]]) -> str:
    if len(items) > 1:
        return _("%(n)d notices, the first: %(title)s") % {"n": len(items), "title": items[0]["title"]}
    number = str(parcel.notices[0].facts.get("number", ""))
    return f"{items[0]['title']} {number}".strip()


def letter_of(
    address: str, subject: str, template: str, context: Mapping[str, Any], *, key: str
) -> EmailMultiAlternatives:
    """A letter as text and HTML from ``notices/mail/<template>``, in the language in force.

    ``key`` becomes its Message-ID: a mail server that gets it twice keeps one.
    """
    site = {"site_url": settings.SITE_URL, "subject": " ".join(subject.split()), **context}
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    letter = EmailMultiAlternatives(
        subject=_("[City management] %(subject)s") % {"subject": site["subject"]},
        body=render_to_string(f"notices/mail/{template}.txt", site),
        to=[address],
        headers={"Message-ID": f"<{key}@{sender}>", "Auto-Submitted": "auto-generated"},
    )
    letter.attach_alternative(render_to_string(f"notices/mail/{template}.html", site), "text/html")
    return letter


def send(letter: EmailMultiAlternatives) -> None:
    """Hand a letter to the mail server.

    Raises:
        Later, Never: it was not taken, by what the server answered; without the address.
    """
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as error:
        raise _verdict(next(iter(error.recipients.values()))[0]) from error
    except smtplib.SMTPAuthenticationError as error:
        raise Later("mail_login", error.smtp_code, everybody=True) from error
    except smtplib.SMTPConnectError as error:
        raise Later("mail", error.smtp_code, everybody=True) from error
    except smtplib.SMTPResponseException as error:
        raise _verdict(error.smtp_code) from error
    except (smtplib.SMTPException, OSError) as error:
        raise Later("mail_away", type(error).__name__, everybody=True) from error


def _verdict(code: int) -> Exception:
    if 500 <= code < 600:
        return Never("mail", code)
    return Later("mail", code, everybody=code == 421)
