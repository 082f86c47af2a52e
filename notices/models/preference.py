"""How a person wants to be told."""

from django.conf import settings
from django.db import models


class Preference(models.Model):
    """One person's wishes; whoever has no row has the defaults of ``notices.wishes``.

    ``email_groups`` and ``robot_groups`` are codes of ``notices.kinds.Group``. Between ``quiet_from`` and
    ``quiet_to`` (city time) only what is urgent sounds; both null: nothing is ever held back.
    ``email_mark`` is a keyed digest of the address that was confirmed: when another one stands with the
    person's login, nothing goes there.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preference")
    language = models.CharField(max_length=10, default="zh-hans")
    email_groups = models.JSONField(default=list)
    robot_groups = models.JSONField(default=list)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    email_mark = models.CharField(max_length=64, blank=True)
    # When the last letter that asks for confirmation went out.
    email_asked_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="quiet_hours_have_two_ends",
            )
        ]

    def __str__(self) -> str:
        return f"wishes of {self.user_id}"
