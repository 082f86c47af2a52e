"""What all acts on a campaign share: who acts, on which version of it, on which of its cases."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases.campaign_selectors import campaign_locked, cases_chosen, members_of, plans_of_campaign
from cases.models import Campaign, CampaignPlan, Case
from cases.plan_picks import Pick
from cases.services.together import Together, step_together
from cases.workflow import Action
from core.errors import Stale, VersionMissing
from core.services.idempotency import fingerprint_of, run_once
from grids.access import Access


class CampaignStale(Stale):
    """Somebody changed the campaign meanwhile."""

    title = _("The campaign has moved on")


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does to a campaign: who, what they sent, the key, when."""

    access: Access
    raw: Mapping[str, Any]
    key: str
    now: datetime

    def once(self, path: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Do the work once for this person and key."""
        fingerprint = fingerprint_of(method="POST", path=path, body=self.raw)
        actor = f"user:{self.access.user_id}"
        return run_once(actor=actor, key=self.key, fingerprint=fingerprint, now=self.now, work=work)


def current(act: Act, campaign_id: UUID, version: int | None) -> tuple[Campaign, CampaignPlan]:
    """The campaign, locked, and its newest plan."""
    campaign = campaign_locked(act.access, campaign_id)
    check_campaign_version(campaign, version)
    return campaign, plans_of_campaign(campaign)[0]


def check_campaign_version(campaign: Campaign, version: int | None) -> None:
    """Refuse what was decided on another version of the campaign: VersionMissing, CampaignStale."""
    if version is None:
        raise VersionMissing(_("Say which version of the campaign this was decided on: reload the page."))
    if version != campaign.version:
        raise CampaignStale(
            _("Somebody was quicker: the campaign has moved on. Look at it again before you decide."),
            version=campaign.version,
        )


NOT_IN_IT = _("It is not in this campaign, or was taken out of it.")
_OWN_PLAN = _("It has a plan of its own by now. Go on with it on its own page.")


def locked_members(act: Act, campaign: Campaign, picks: list[Pick]) -> dict[str, Case]:
    """The cases in the campaign now, by number; those picked are locked."""
    cases_chosen(act.access, [pick.number for pick in picks])
    return {case.number: case for case in members_of(act.access, campaign)}


def barred_from(act: Act, campaign: Campaign, plan: CampaignPlan, picks: list[Pick]) -> dict[str, Any]:
    """Of these picks those whose plan is not the campaign's, by number, each with its sentence."""
    members = locked_members(act, campaign, picks)
    barred: dict[str, Any] = {p.number: NOT_IN_IT for p in picks if p.number not in members}
    for number, case in members.items():
        if case.plan_of_campaign != plan.pk:  # type: ignore[attr-defined]  # annotated by members_of
            barred[number] = _OWN_PLAN
    return barred


def step_all(
    act: Act,
    plan: CampaignPlan,
    action: Action,
    raw: Mapping[str, Any],
    picks: list[Pick],
    barred: Mapping[str, Any],
) -> Together:
    """The step on each of these cases, as ``step_together`` takes it."""
    return step_together(
        access=act.access, campaign=plan, action=action, raw=raw, picks=picks, barred=barred, key=act.key,
        now=act.now,
    )  # fmt: skip


def moved_on(campaign: Campaign, found: Together) -> dict[str, Any]:
    """The answer of an act that moved the campaign's version."""
    campaign.version += 1
    campaign.save(update_fields=["version"])
    return answer_of(campaign, found)


def answer_of(campaign: Campaign, found: Together) -> dict[str, Any]:
    """What an act answers with, and replays."""
    return {
        "campaign": str(campaign.pk),
        "version": campaign.version,
        "done": found.done,
        "left_out": found.left_out,
    }
