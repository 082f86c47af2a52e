"""Action plans with versions and measures, standing plans, and the units' parts."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cases.models.case import Case
from cases.models.catalogue import CaseClass
from cases.models.template import PlanTemplate
from grids.models import Area


class ActionPlan(models.Model):
    """One version of what the station wants done about a case."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("Submitted")
        APPROVED = "approved", _("Approved")
        RETURNED = "returned", _("Returned")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="plans")
    version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.SUBMITTED)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # For whom a deputy (代批) decided; empty when the approver holds the post.
    decided_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lead_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    assisting_units = models.ManyToManyField(Unit, related_name="+", blank=True)
    finish_by = models.DateTimeField()
    submitted_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.TextField(blank=True)
    # The bureau said with a reason that its date counts though it lies after the limit of the condition.
    past_limit = models.BooleanField(default=False, db_default=False)
    # The template it began from and that template's version, and whether it was left as it was: found by
    # comparing when it was submitted, never as a client says.
    template = models.ForeignKey(
        PlanTemplate, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    template_version = models.PositiveSmallIntegerField(null=True, blank=True)
    template_unchanged = models.BooleanField(default=False, db_default=False)
    # The plan over several cases that this one says the same as.
    campaign_plan = models.ForeignKey(
        "cases.CampaignPlan", null=True, blank=True, on_delete=models.PROTECT, related_name="case_plans"
    )

    class Meta:
        ordering = ["case", "version"]
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="one_plan_per_version"),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("author")),
                name="nobody_decides_on_their_own_plan",
                violation_error_message=_("A plan is decided by somebody other than its author."),
            ),
            models.CheckConstraint(
                condition=Q(decided_for__isnull=True) | ~Q(decided_for=F("author")),
                name="no_deputy_decides_for_the_author",
                violation_error_message=_("A plan is decided by somebody other than its author."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} v{self.version}"

    @property
    def before(self) -> int:
        """The number of the version before this one; 0 for the first."""
        return self.version - 1


class Measure(models.Model):
    """One clause of a plan; the bureau may comment on it."""

    plan = models.ForeignKey(ActionPlan, on_delete=models.CASCADE, related_name="measures")
    seq = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    comment = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["plan", "seq"]
        constraints = [models.UniqueConstraint(fields=["plan", "seq"], name="one_measure_per_number")]

    def __str__(self) -> str:
        return self.text


class StandingPlan(models.Model):
    """Measures and units for a class in a street or district, approved beforehand (预先核定)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        APPROVED = "approved", _("Approved")
        RETIRED = "retired", _("Retired")

    case_class = models.ForeignKey(CaseClass, on_delete=models.PROTECT, related_name="standing_plans")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    measures = models.JSONField(default=list)
    lead_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    assisting_units = models.ManyToManyField(Unit, related_name="+", blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    drafted_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["case_class", "area", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["case_class", "area", "version"], name="one_standing_plan_per_version"
            ),
            models.UniqueConstraint(
                fields=["case_class", "area"],
                condition=Q(state="approved"),
                name="one_standing_plan_in_force",
                violation_error_message=_("Another version of this standing plan is in force."),
            ),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("author")),
                name="nobody_approves_their_own_standing_plan",
                violation_error_message=_("A standing plan is approved by somebody other than its author."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_class_id}@{self.area_id} v{self.version}"


class UnitPart(models.Model):
    """One unit's part in a case. A part taken away stays as a row and opens nothing any more."""

    class Kind(models.TextChoices):
        LEAD = "lead", _("Lead")
        ASSISTING = "assisting", _("Assisting")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="parts")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    active = models.BooleanField(default=True)
    standing_plan = models.ForeignKey(
        StandingPlan, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    dispatched_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    handed_in_at = models.DateTimeField(null=True, blank=True)
    result = models.TextField(blank=True)

    class Meta:
        ordering = ["case", "-kind", "unit"]
        indexes = [models.Index(fields=["unit", "case"], name="part_of_unit", condition=Q(active=True))]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "unit"], condition=Q(active=True), name="one_active_part_per_unit"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(active=True, kind="lead"), name="one_lead_per_case"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.kind}"
