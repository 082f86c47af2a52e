"""Looks behind the mask of whoever reported: who looked, when, at what, and why."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from core.models import AuditEntry
from grids.models import Area


class LookReason(models.TextChoices):
    """Why somebody needs to see who reported."""

    CALL_BACK = "call_back", _("To call back")
    ASK = "ask", _("To ask about the place or the matter")
    COMPLAINT = "complaint", _("To settle a complaint")
    REQUEST = "request", _("The person asked for it")
    OTHER = "other", _("Another reason")


class ReporterLook(models.Model):
    """One look. What was written as a reason stands here, not in the audit log, so that it can be forgotten.

    ``entry`` is the append-only row of the same look; ``case`` is empty for a search by number.
    """

    class Kind(models.TextChoices):
        REVEAL = "reveal", _("Shown in clear")
        SEARCH = "search", _("Searched by number")
        EXPORT = "export", _("Data about a person handed out")

    entry = models.ForeignKey(AuditEntry, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="looks")
    why = models.CharField(max_length=10, blank=True, choices=LookReason.choices)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["district", "-at", "-id"], name="look_newest"),
            models.Index(fields=["actor", "at"], name="look_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.actor_id}"
