"""Plans submitted or approved many at a time: what was chosen, and what came of each."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.template import PlanTemplate


class PlanBatch(models.Model):
    """One choice of cases, worked off a slice at a time; only whoever made it sees it."""

    class Kind(models.TextChoices):
        SUBMIT = "submit", _("Submit plans")
        APPROVE = "approve", _("Approve plans")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class PlanBatchItem(models.Model):
    """One case of a batch, in the version it was chosen in, with the template its plan is to be."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Carried out")
        REFUSED = "refused", _("Left out")

    batch = models.ForeignKey(PlanBatch, on_delete=models.CASCADE, related_name="items")
    seq = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=19)
    version = models.PositiveIntegerField()
    template = models.ForeignKey(
        PlanTemplate, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    template_version = models.PositiveSmallIntegerField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    # Why it was left out, as it was said to whoever asked.
    words = models.TextField(blank=True)

    class Meta:
        ordering = ["batch", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="one_item_per_case_in_a_batch"),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(words=""), name="whatever_is_left_out_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"
