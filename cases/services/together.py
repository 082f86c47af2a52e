"""One step on several cases, in the caller's transaction: what can follow does, the rest says why not."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import CampaignPlan
from cases.plan_picks import Pick
from cases.services.advance import case_advance
from cases.workflow import Action
from core.errors import CityError, Conflict, Sentence
from grids.access import Access


@dataclass(slots=True)
class Together:
    """Numbers of the cases that took the step, and ``{"number", "detail"}`` of those left out."""

    done: list[str] = field(default_factory=list)
    left_out: list[dict[str, str]] = field(default_factory=list)


def step_together(
    *,
    access: Access,
    campaign: CampaignPlan,
    action: Action,
    raw: Mapping[str, Any],
    picks: Sequence[Pick],
    barred: Mapping[str, Sentence],
    key: str,
    now: datetime,
) -> Together:
    """Take the step on each of these cases, in the version it was picked in; those barred are left out.

    Raises:
        Conflict: not one case could take it; ``extra["left_out"]`` says why of each.
    """
    found = Together()
    # One that repeats the whole gets the first answer; within it each case has a key of its own.
    stem = hashlib.sha256(key.encode()).hexdigest()[:40]
    same: dict[str, Any] = {"action": action, "access": access, "raw": raw, "now": now, "campaign": campaign}
    for pick in sorted(picks, key=lambda one: one.number):
        try:
            if sentence := barred.get(pick.number):
                raise Conflict(sentence)
            case_advance(number=pick.number, version=pick.version, key=f"{stem}:{pick.number}", **same)
            found.done.append(pick.number)
        except CityError as refusal:
            found.left_out.append({"number": pick.number, "detail": str(refusal.detail)})
    if not found.done:
        first = found.left_out[0]["detail"]
        raise Conflict(
            _("Not one of these cases can take this step. The first of them: %(first)s") % {"first": first},
            left_out=found.left_out,
        )
    return found
