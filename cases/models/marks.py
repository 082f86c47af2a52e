"""What a case carries beside its stage: marks that steps set and take away again."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from cases.workflow import Asked, Stage


class PlanOwed(models.TextChoices):
    """How far the plan of an emergency that ran without one has come."""

    OWED = "owed", _("Owed")
    SUBMITTED = "submitted", _("Submitted")


class Marks(models.Model):
    """Columns of ``Case`` that offers and routes read; rows of their own keep who, when and why."""

    # The open case this one was merged into, and the stage it comes back to when that is undone.
    merged_into = models.ForeignKey(
        "cases.Case",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged_cases",
        db_index=False,
    )
    stage_before = models.CharField(max_length=12, blank=True, db_default="", choices=Stage.choices)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_until = models.DateTimeField(null=True, blank=True)
    suspension_asked = models.BooleanField(db_default=False)
    # Extensions granted of the limit that runs; another unit begins with none.
    extensions = models.PositiveSmallIntegerField(db_default=0)
    extension_asked = models.BooleanField(db_default=False)
    appeals = models.PositiveSmallIntegerField(db_default=0)
    appeal_asked = models.BooleanField(db_default=False)
    # An appeal upheld: the case leaves the overdue counts, and the fact stays.
    overdue_at = models.DateTimeField(null=True, blank=True)
    overdue_waived = models.BooleanField(db_default=False)
    objections = models.PositiveSmallIntegerField(db_default=0)
    objection_asked = models.BooleanField(db_default=False)
    # The role called to the place that has not come yet.
    presence = models.CharField(max_length=20, blank=True, db_default="", choices=Role.choices)
    supervisions = models.PositiveSmallIntegerField(db_default=0)
    reply_from = models.CharField(max_length=10, blank=True, db_default="", choices=Asked.choices)
    plan_owed = models.CharField(max_length=10, blank=True, db_default="", choices=PlanOwed.choices)
    closed_by_force = models.BooleanField(db_default=False)
    reopens = models.PositiveSmallIntegerField(db_default=0)
    # The assignee was named by the station from outside the place, for want of anybody else.
    checker_named = models.BooleanField(db_default=False)

    class Meta:
        abstract = True

    @property
    def has_marks(self) -> bool:
        """Whether anything stands beside the stage."""
        return any(getattr(self, name) for name in _SHOWN)


_SHOWN = (
    "merged_into_id", "suspended_until", "suspension_asked", "extension_asked", "extensions", "appeal_asked",
    "objection_asked", "supervisions", "presence", "plan_owed", "overdue_waived", "closed_by_force",
    "reopens",
)  # fmt: skip
