"""The audit log: one row for every change of settings and every look behind a mask."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.models import AuditEntry


def audit_write(
    *,
    actor_id: int | None,
    action: str,
    subject: str,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Write one row in the caller's transaction; ``subject`` is "kind:key", e.g. "area:500115001"."""
    return AuditEntry.objects.create(
        at=now,
        actor_id=actor_id,
        action=action,
        subject=subject,
        before=dict(before or {}),
        after=dict(after or {}),
        reason=reason,
    )
