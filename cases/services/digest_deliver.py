"""Sending a day's digest out of the house, where nobody with rights on the database can change it.

Each way is a consumer of the outbox: it is tried again until it works, and does nothing where the
operator named no place. What is sent twice is the same line.
"""

import os
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from cases.models import HeadDigest
from core.errors import NotFound
from core.http import Unreachable, post, signature
from core.outbox import Happening
from core.services.outbox import outbox_emit

TOPIC = "history.digest"


def digest_append(happening: Happening, now: datetime) -> None:
    """Append the line to the operator's file, once."""
    if not settings.DIGEST_FILE:
        return
    path, line = Path(settings.DIGEST_FILE), str(happening.payload["line"])
    if path.exists() and line in path.read_text(encoding="utf-8").splitlines():
        return
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def digest_mail(happening: Happening, now: datetime) -> None:
    """Send the line by e-mail."""
    if not settings.DIGEST_MAIL:
        return
    line = str(happening.payload["line"])
    with override(settings.LANGUAGE_CODE):
        subject = _("Digest of all case histories, %(day)s") % {"day": happening.subject.partition(":")[2]}
        words = _("Keep this message. The line below shows later whether any history was changed.")
    send_mail(subject, f"{words}\n\n{line}\n", None, list(settings.DIGEST_MAIL))


def digest_post(happening: Happening, now: datetime) -> None:
    """POST the line, signed with HMAC-SHA-256 over the body; anything but 2xx is a failure."""
    if not settings.DIGEST_WEBHOOK_URL:
        return
    body = str(happening.payload["line"]).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-Citymgmt-Event": TOPIC,
        "X-Citymgmt-Signature": signature(settings.DIGEST_WEBHOOK_SECRET, body),
    }
    answer = post(settings.DIGEST_WEBHOOK_URL, body, headers, trusted=True)
    if not 200 <= answer.status < 300:
        raise Unreachable(f"the receiver answered {answer.status}")


def digest_send_again(*, day: date, now: datetime) -> None:
    """Send the digest of a day once more, everywhere.

    Raises:
        NotFound: there is none of that day.
    """
    row = HeadDigest.objects.filter(day=day).first()
    if row is None:
        raise NotFound(gettext_lazy("There is no digest of %(day)s.") % {"day": day})
    outbox_emit(topics=[TOPIC], subject=f"digest:{day}", payload={"line": row.line()}, now=now)
