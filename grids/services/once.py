"""One change of an administrator, once per key; changes of one person's rows one after another."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.models import User
from core.services.idempotency import fingerprint_of, run_once
from grids.access import Access
from grids.permissions import check_may_configure


def configure_once(
    access: Access,
    path: str,
    body: Mapping[str, Any],
    key: str,
    now: datetime,
    work: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    """Do ``work`` in one transaction, once for this administrator and key; a repeat gets its answer.

    Raises:
        NotAllowed: administrator nowhere. BadInput: no key. KeyReused: the key came with another body.
    """
    check_may_configure(access)
    fingerprint = fingerprint_of(method="POST", path=f"grids/{path}", body=body)
    return run_once(actor=f"user:{access.user_id}", key=key, fingerprint=fingerprint, now=now, work=work)


def one_after_another(who: Q) -> None:
    """Hold these people's rows until the transaction ends, so that changes of what they hold queue up.

    Two at once would each miss the other's row. The lock lets rows that name the person be written
    meanwhile.
    """
    rows = User.objects.filter(who).order_by("pk").select_for_update(of=("self",), no_key=True)
    list(rows.values_list("pk"))
