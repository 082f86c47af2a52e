"""Taking one case out of a campaign: from then on it goes its own way, with the plan it has."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases.campaign_selectors import campaign_locked, plans_of_campaign
from cases.inputs import text_of
from cases.models import CampaignCase
from cases.plan_picks import picks_of
from cases.services.advance import case_advance
from cases.services.campaign_acts import check_campaign_version
from cases.workflow import Action
from core.errors import BadInput, NotFound
from core.services.idempotency import fingerprint_of, run_once
from grids.access import Access


def campaign_leave(
    *,
    access: Access,
    campaign_id: UUID,
    raw: Mapping[str, Any],
    version: int | None,
    key: str,
    now: datetime,
) -> dict[str, Any]:
    """Take a case that is still open out of a campaign; its history notes it with the reason.

    ``raw``: number and version of the case, and reason. Returns ``{"campaign", "version", "number"}``.

    Raises:
        NotFound: no such campaign in the scope, or the case is not in it.
        VersionMissing, Stale: of the campaign or the case. BadInput: no reason.
        NotAllowed, Conflict: the person notes nothing on this case, or it is done.
    """
    return run_once(
        actor=f"user:{access.user_id}",
        key=key,
        fingerprint=fingerprint_of(method="POST", path=f"campaigns/{campaign_id}/leave", body=raw),
        now=now,
        work=lambda: _leave(access, campaign_id, raw, version, key, now),
    )


def _leave(
    access: Access, campaign_id: UUID, raw: Mapping[str, Any], version: int | None, key: str, now: datetime
) -> dict[str, Any]:
    campaign = campaign_locked(access, campaign_id)
    check_campaign_version(campaign, version)
    [pick] = picks_of([{name: raw.get(name) for name in ("number", "version")}])
    reason = text_of(raw.get("reason", ""), "reason")
    if not reason:
        raise BadInput(_("Give the reason."), field="reason")
    rows = CampaignCase.objects.filter(campaign=campaign, case__number=pick.number, left_at__isnull=True)
    if not rows.update(left_at=now, left_by=access.user, reason=reason):
        raise NotFound(_("This case is not in the campaign, or was taken out already."))
    case_advance(
        number=pick.number,
        action=Action.NOTE,
        access=access,
        raw={"text": reason},
        version=pick.version,
        key=f"{campaign.pk.hex}:{pick.number}:{campaign.version}",
        now=now,
        campaign=plans_of_campaign(campaign)[0],
    )
    campaign.version += 1
    campaign.save(update_fields=["version"])
    return {"campaign": str(campaign.pk), "version": campaign.version, "number": pick.number}
