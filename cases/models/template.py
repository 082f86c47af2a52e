"""Plan templates (方案模板): what a station usually writes for a class, to begin a plan from."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cases.models.catalogue import CaseClass
from grids.models import Area


class PlanTemplate(models.Model):
    """One template of a district for a class. Every change counts ``version`` up; the audit log keeps the
    wording before it. A retired template fills no plan any more; plans that came of it keep naming it."""

    class FinishUnit(models.TextChoices):
        HOUR = "hour", _("hours")
        DAY = "day", _("days")

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    case_class = models.ForeignKey(CaseClass, on_delete=models.PROTECT, related_name="plan_templates")
    title = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    measures = models.JSONField(default=list)
    lead_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    assisting_units = models.ManyToManyField(Unit, related_name="+", blank=True)
    # How long after its submission the work is to be finished.
    finish_value = models.PositiveSmallIntegerField()
    finish_unit = models.CharField(max_length=4, choices=FinishUnit.choices)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["area", "case_class", "title"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "case_class", "title"],
                condition=Q(retired_at__isnull=True),
                name="one_template_in_use_per_title",
                violation_error_message=_("Another template of this class has this title."),
            ),
            models.CheckConstraint(
                condition=Q(finish_value__gte=1, finish_value__lte=366), name="template_ends_within_a_year"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def in_use(self) -> bool:
        return self.retired_at is None

    @property
    def ref(self) -> str:
        """How a form names this version: "12:3"."""
        return f"{self.pk}:{self.version}"
