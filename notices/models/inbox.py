"""The inbox: what the system tells a person."""

from django.conf import settings
from django.db import models


class Notice(models.Model):
    """One message to one person. ``kind`` and ``facts`` make the text, in the reader's language."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    # Where it leads: a path of the site, e.g. "/cases/5001152026112300001/".
    link = models.CharField(max_length=200, blank=True)
    # The same happening is told to the same person once.
    cause = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    # Until then nobody is told, in the inbox neither; null: at once.
    not_before = models.DateTimeField(null=True, blank=True)
    # It sounds in quiet hours too.
    urgent = models.BooleanField(default=False, db_default=False)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipient", "cause"], name="one_notice_per_cause_and_person")
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at"], name="notice_inbox"),
            models.Index(fields=["link"], name="notice_link"),
            models.Index(
                fields=["recipient"], name="notice_unread", condition=models.Q(read_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient_id}"
