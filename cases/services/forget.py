"""Forgetting whoever reported: every row that holds them is emptied, and the chain of the case still holds.

What is taken out of words leaves "[…]"; the event of the forgetting holds the digests of what is left, so
that a later change shows as before.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cases.models import (
    ActionPlan,
    Case,
    CaseEvent,
    EventWords,
    Joiner,
    Measure,
    Photo,
    ReporterContact,
    ReporterLook,
    UnitPart,
)
from cases.selectors import one_locked
from cases.services.events import event_append
from cases.services.photos import photo_files_drop
from cases.words import REDACTED, spoken
from cases.workflow import DONE, Action
from core.errors import BadInput
from core.history import digest
from core.masking import without_person
from core.services.idempotency import answers_redact
from core.services.outbox import outbox_redact
from notices.services.inbox import notices_redact

Take = Callable[[str], str]


def reporter_forget(
    *, case: Case, strike: Iterable[str], photos: Iterable[UUID], now: datetime, reason: str = ""
) -> dict[str, Any]:
    """Forget whoever reported a locked case, in the caller's transaction, which saves the case after it.

    ``strike`` are further names to take out, ``photos`` those that show the person; ``reason`` is handed back
    without them. Returns the facts of the event, empty when there was nothing to forget.

    Raises:
        BadInput: a photo is none of this case's, or was taken away before.
    """
    contact = ReporterContact.objects.filter(case=case).first()
    joined = list(Joiner.objects.filter(case=case))
    known = [word for who in (contact, *joined) if who for word in (who.name, who.phone)]
    words = [word for word in (*strike, *known) if len(word.strip()) > 1]

    def take(text: str) -> str:
        return without_person(text, words)

    facts = _case(case, take) | _words(case, take) | _photos(case, list(photos), now)
    _copies(case, take)
    codes = [case.follow_code, *(who.follow_code for who in joined)]
    if any(known) or any(codes):
        facts["contact"] = any(known)
        ReporterContact.objects.filter(case=case).delete()
        Joiner.objects.filter(case=case).update(name="", phone="", follow_code=None)
        case.follow_code, case.somebody_to_call = None, False
    case.forgotten_at = now
    return facts | {"reason": take(reason)} if reason else facts


def _case(case: Case, take: Take) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name in ("description", "address"):
        text = take(getattr(case, name))
        if text != getattr(case, name):
            setattr(case, name, text)
            facts[f"{name}_digest"] = digest(text, settings.PERSON_SALT)
    return facts


def _words(case: Case, take: Take) -> dict[str, Any]:
    changed, sealed = [], {}
    for row in EventWords.objects.filter(event__case=case).select_related("event"):
        left = take(row.text)
        if left != row.text:
            anew = spoken(row.field, left)
            # The old salt goes: nobody can try guesses against the digest in the chain.
            row.text, row.salt, row.numbered = left, anew.salt, False
            sealed[f"{row.event.seq}.{row.field}"] = anew.digest
            changed.append(row)
    EventWords.objects.bulk_update(changed, ["text", "salt", "numbered"], batch_size=200)
    return {REDACTED: sealed} if sealed else {}


def _photos(case: Case, photos: list[UUID], now: datetime) -> dict[str, Any]:
    if not photos:
        return {}
    rows = Photo.objects.filter(case=case, pk__in=photos, removed_at__isnull=True)
    if rows.update(removed_at=now, lon=None, lat=None, taken_at=None) != len(photos):
        raise BadInput(_("A photo is none of this case's. Choose again."), field="photos_gone")
    transaction.on_commit(lambda: photo_files_drop(photo_ids=photos))
    return {"photos_removed": [str(photo) for photo in photos]}


def _copies(case: Case, take: Take) -> None:
    """What else repeats the words of a case: plans, parts, looks, notices, the outbox, stored answers."""
    for model, rows, names in (
        (ActionPlan, ActionPlan.objects.filter(case=case), ("decision",)),
        (Measure, Measure.objects.filter(plan__case=case), ("text", "comment")),
        (UnitPart, UnitPart.objects.filter(case=case), ("result",)),
        (ReporterLook, ReporterLook.objects.filter(case=case), ("reason",)),
    ):
        _rows(model, rows, names, take)
    notices_redact(link=f"/cases/{case.number}/", take=take)
    outbox_redact(subject=f"case:{case.number}", take=take)
    moments = CaseEvent.objects.filter(case=case).values_list("at", flat=True)
    answers_redact(number=case.number, moments=list(moments), member="follow_code")


def _rows(model: Any, rows: Iterable[Any], names: tuple[str, ...], take: Take) -> None:
    changed = []
    for row in rows:
        before = [getattr(row, name) for name in names]
        after = [take(text) for text in before]
        for name, text in zip(names, after, strict=True):
            setattr(row, name, text)
        if after != before:
            changed.append(row)
    model._default_manager.bulk_update(changed, list(names), batch_size=200)


def reporters_forget_due(*, now: datetime, limit: int = 1000) -> tuple[int, int]:
    """Forget the reporters of cases done longer ago than ``REPORTER_KEPT_DAYS``; 0 days: never.

    Each case in a transaction of its own, so it may be stopped and begun again. Returns (cases looked at,
    cases in which something was forgotten).
    """
    if not settings.REPORTER_KEPT_DAYS:
        return 0, 0
    due = Case.objects.filter(
        stage__in=DONE,
        forgotten_at__isnull=True,
        closed_at__lt=now - timedelta(days=settings.REPORTER_KEPT_DAYS),
    )
    ids = list(due.order_by("closed_at", "id").values_list("pk", flat=True)[:limit])
    return len(ids), sum(_forget_one(pk, now) for pk in ids)


@transaction.atomic
def _forget_one(pk: int, now: datetime) -> bool:
    case = one_locked(Case.objects.filter(pk=pk, stage__in=DONE, forgotten_at__isnull=True))
    if case is None:
        return False
    facts = reporter_forget(case=case, strike=(), photos=(), now=now)
    if facts:
        event_append(
            case=case,
            action=Action.FORGET,
            actor_id=None,
            role="",
            now=now,
            from_stage=case.stage,
            data=facts,
        )
    case.save()
    return bool(facts)
