"""One action plan over several cases (专项整治): written once, decided once, each case its own result."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cases.models.case import Case
from cases.models.plan import ActionPlan
from grids.models import Area


class Campaign(models.Model):
    """Several cases of a district that run on one plan. ``version`` moves with its plan, its decision, its
    dispatch and whenever a case is taken out."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    district = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["-opened_at"]
        indexes = [models.Index(fields=["district", "-opened_at"], name="campaign_district_newest")]

    def __str__(self) -> str:
        return self.title


class CampaignPlan(models.Model):
    """One version of a campaign's plan. The plan of each of its cases points here and says the same."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="plans")
    version = models.PositiveSmallIntegerField()
    state = models.CharField(
        max_length=10, choices=ActionPlan.State.choices, default=ActionPlan.State.SUBMITTED
    )
    measures = models.JSONField(default=list)
    # What the bureau said of single measures, by their number as a text.
    comments = models.JSONField(default=dict)
    lead_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    assisting_units = models.ManyToManyField(Unit, related_name="+", blank=True)
    finish_by = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.TextField(blank=True)

    class Meta:
        ordering = ["campaign", "version"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "version"], name="one_campaign_plan_per_version"),
            models.CheckConstraint(
                condition=(Q(approver__isnull=True) | ~Q(approver=F("author")))
                & (Q(decided_for__isnull=True) | ~Q(decided_for=F("author"))),
                name="nobody_decides_on_their_own_campaign",
                violation_error_message=_("A plan is decided by somebody other than its author."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} v{self.version}"


class CampaignCase(models.Model):
    """One case of a campaign. A case taken out keeps the row, and is in no other meanwhile."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="members")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="campaigns")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    left_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["campaign", "joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(left_at__isnull=True), name="one_campaign_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} in {self.campaign_id}"
