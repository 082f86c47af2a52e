"""Photos as resources: uploaded first, named by id in a step."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case


class Purpose(models.TextChoices):
    """What a photo shows."""

    SCENE = "scene", _("Scene")
    BEFORE = "before", _("Before")
    AFTER = "after", _("After")
    DOCUMENT = "document", _("Document")


class Photo(models.Model):
    """A re-encoded picture without metadata, with the hash of what came and of what was kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="photos")
    event_seq = models.PositiveIntegerField(null=True, blank=True)
    purpose = models.CharField(max_length=8, choices=Purpose.choices, blank=True)
    # Null for a picture that came without a login.
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField()
    file = models.FileField(upload_to="photos/%Y/%m/%d")
    thumb = models.FileField(upload_to="photos/%Y/%m/%d")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    came_sha256 = models.CharField(max_length=64)
    kept_sha256 = models.CharField(max_length=64)
    taken_at = models.DateTimeField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    made_up = models.BooleanField(default=False)
    # When it was taken away because somebody can be seen on it; the hashes stay, the files go.
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["uploaded_at", "id"]
        indexes = [
            models.Index(fields=["uploaded_at"], name="photo_unused", condition=models.Q(case__isnull=True))
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(case__isnull=True, event_seq__isnull=True)
                | models.Q(case__isnull=False, event_seq__isnull=False),
                name="photo_of_a_case_belongs_to_an_event",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
