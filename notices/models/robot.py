"""The robot of a unit's group chat."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit


class Robot(models.Model):
    """A webhook that speaks in the group of a unit. ``groups`` are codes of ``notices.kinds.Group``.

    Address and secret let anybody speak there: they are written and never shown again.
    """

    class Kind(models.TextChoices):
        WECOM = "wecom", _("WeCom group robot")
        DINGTALK = "dingtalk", _("DingTalk group robot")
        GENERIC = "generic", _("Signed webhook")

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="robots")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=60)
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=200, blank=True)
    groups = models.JSONField(default=list)
    language = models.CharField(max_length=10, default="zh-hans")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    active = models.BooleanField(default=True)
    # The last message sent by hand to try it: when, and what came of it ("" when it arrived).
    tried_at = models.DateTimeField(null=True, blank=True)
    trial_error = models.TextField(blank=True)

    class Meta:
        ordering = ["unit", "name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="a_robots_quiet_hours_have_two_ends",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.unit_id})"
