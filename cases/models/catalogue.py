"""Classes and filing conditions (GB/T 47678.5-2026); limits and tracks are a city's own setting."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.roles import Line
from cases.workflow import Track


class CaseClass(models.Model):
    """A component or matter class. Both kinds share numbers, so the key is (kind, code)."""

    class Kind(models.TextChoices):
        COMPONENT = "component", _("Component")
        MATTER = "matter", _("Matter")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    code = models.CharField(max_length=5)
    major_code = models.CharField(max_length=2)
    major = models.CharField(max_length=60)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200, blank=True)
    origin = models.CharField(max_length=12)
    line = models.CharField(max_length=12, choices=Line.choices)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["kind", "code"]
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="one_class_per_kind_and_code")]

    def __str__(self) -> str:
        return (self.name_en or self.name) if get_language() == "en" else self.name

    @property
    def key(self) -> str:
        """How people and the API name a class: "matter-06010"."""
        return f"{self.kind}-{self.code}"


class FilingCondition(models.Model):
    """When a class is filed, what closes it, and how long handling may take."""

    class Unit(models.TextChoices):
        WORKING_HOUR = "工作时", _("working hours")
        WORKING_DAY = "工作日", _("working days")
        CONTINUOUS_HOUR = "紧急工作时", _("continuous hours")
        CONTINUOUS_DAY = "紧急工作日", _("continuous days")

    case_class = models.ForeignKey(CaseClass, on_delete=models.PROTECT, related_name="conditions")
    seq = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    closing = models.CharField(max_length=500)
    limit_value = models.PositiveSmallIntegerField()
    limit_unit = models.CharField(max_length=10, choices=Unit.choices)
    basis = models.CharField(max_length=20)
    track = models.CharField(max_length=12, choices=Track.choices)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["case_class", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["case_class", "seq"], name="one_condition_per_class_and_number"),
            models.CheckConstraint(condition=models.Q(limit_value__gte=1), name="limit_is_at_least_one"),
        ]

    def __str__(self) -> str:
        return self.text
