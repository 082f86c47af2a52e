"""Jobs that reckon open cases anew after a change of limits, ladders or calendars."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.models import Area


class RearmJob(models.Model):
    """One change of the rules deadlines are reckoned by, and how far open cases have followed.

    ``change`` says what changed as ``services.rearm`` keeps it, ``facts`` what stood there before and after,
    and the numbers of the preview. Cases of ``areas`` follow, or those of ``everywhere``. They are looked at
    in the order of their ids, up to ``cursor`` in the round that began at ``round_at``; ``failed`` of them
    could not be reckoned in it.
    """

    class Kind(models.TextChoices):
        LIMITS = "limits", _("Limits of stages")
        LADDER = "ladder", _("Ladder")
        CALENDAR = "calendar", _("Calendar of working time")
        CONDITION = "condition", _("Handling limit of a filing condition")
        RENEWAL = "renewal", _("Brought up to the rules in force")

    class State(models.TextChoices):
        RUNNING = "running", _("Under way")
        DONE = "done", pgettext_lazy("job", "Done")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    change = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    areas = models.ManyToManyField(Area, related_name="+", blank=True)
    everywhere = models.BooleanField(default=False)
    cursor = models.PositiveBigIntegerField(default=0)
    round_at = models.DateTimeField()
    failed = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    reason = models.CharField(max_length=500, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["created_at"], name="rearm_job_running", condition=Q(state="running")),
            models.Index(fields=["-created_at", "-id"], name="rearm_job_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="done", finished_at__isnull=False)
                | Q(state="running", finished_at__isnull=True),
                name="rearm_job_has_an_end_exactly_when_it_is_done",
                violation_error_message=_("A job has an end exactly when it is done."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
