"""Trying a step as somebody, and seeing that a refusal left nothing behind."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from cases.models import ActionPlan, Case, CaseEvent, Measure, Photo, ReporterContact, UnitPart
from cases.services.advance import case_advance
from core.errors import CityError
from core.models import AuditEntry, IdempotencyKey, OutboxDelivery, OutboxEvent
from grids.access import Access

_COUNTED = (
    Case, CaseEvent, ActionPlan, Measure, UnitPart, ReporterContact, IdempotencyKey, OutboxEvent,
    OutboxDelivery, AuditEntry,
)  # fmt: skip


def traces() -> dict[str, Any]:
    """Everything a write would change: how many rows there are, and every value of every case."""
    counts: dict[str, Any] = {model.__name__: model._default_manager.count() for model in _COUNTED}
    counts["used photos"] = Photo.objects.filter(case__isnull=False).count()
    counts["cases"] = list(Case.objects.order_by("pk").values())
    counts["parts"] = list(UnitPart.objects.order_by("pk").values())
    counts["plans"] = list(ActionPlan.objects.order_by("pk").values())
    return counts


def later(case: Case) -> datetime:
    """Some minutes after the case came to its stage."""
    return case.stage_since + timedelta(minutes=5)


def take(
    case: Case,
    action: str,
    access: Access,
    raw: dict[str, Any],
    *,
    version: int | None = -1,
    key: str = "",
    now: datetime | None = None,
) -> dict[str, Any]:
    """Take a step on the version ``case`` has in memory, or on the named one (None: on none)."""
    return case_advance(
        number=case.number,
        action=action,
        access=access,
        raw=raw,
        version=case.version if version == -1 else version,
        key=key or str(uuid4()),
        now=now or later(case),
    )


def tried(case: Case, action: str, access: Access, raw: dict[str, Any]) -> CityError | None:
    """How an attempt ends, with all it did taken back; None when it is let through."""
    with transaction.atomic():
        try:
            take(case, action, access, raw)
        except CityError as refusal:
            return refusal
        transaction.set_rollback(True)
    return None
