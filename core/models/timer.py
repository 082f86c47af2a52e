"""Timers: what is to happen at a moment, and the processes that see to it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Timer(models.Model):
    """One rule's one level about one subject, due at a moment; fired once.

    ``subject`` is "<kind>:<id>", such as "case:17"; ``rule`` names a registered handler. Whatever moves the
    moment makes a new ``generation``, so that a timer's own ``due_at`` never changes. ``wake_at`` is when a
    dispatcher looks at it, later than ``due_at`` only after a failure.
    """

    class State(models.TextChoices):
        ARMED = "armed", _("Armed")
        FIRED = "fired", _("Fired")
        SUPERSEDED = "superseded", _("Superseded")
        PAUSED = "paused", _("Paused")
        ASIDE = "aside", _("Set aside")

    subject = models.CharField(max_length=60)
    rule = models.CharField(max_length=30)
    level = models.PositiveSmallIntegerField(default=1)
    generation = models.PositiveIntegerField(default=1)
    due_at = models.DateTimeField()
    wake_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ARMED)
    fired_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "rule", "level", "generation"], name="one_timer_per_rung_and_generation"
            ),
            models.CheckConstraint(
                condition=Q(state="fired", fired_at__isnull=False)
                | (~Q(state="fired") & Q(fired_at__isnull=True)),
                name="a_timer_has_a_moment_exactly_when_it_fired",
                violation_error_message=_("A timer has the moment it fired exactly when it fired."),
            ),
            models.CheckConstraint(
                condition=Q(wake_at__gte=F("due_at")),
                name="no_timer_wakes_early",
                violation_error_message=_("A timer is not looked at before it is due."),
            ),
        ]
        indexes = [
            models.Index(fields=["wake_at", "id"], name="timer_armed", condition=Q(state="armed")),
            models.Index(fields=["id"], name="timer_aside", condition=Q(state="aside")),
            models.Index(fields=["fired_at"], name="timer_fired", condition=Q(state="fired")),
            # To forget them: they have no other moment, and there are many.
            models.Index(fields=["due_at"], name="timer_superseded", condition=Q(state="superseded")),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.rule} {self.level}.{self.generation}: {self.state}"


class TimerRunner(models.Model):
    """A process that fires timers: when it was last seen, how its clock stands, what it did.

    ``lateness`` counts its firings by how late they were, {upper bound in seconds as text: count}, never
    cumulative; ``late_sum`` is the sum in seconds.
    """

    name = models.CharField(max_length=80, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)
    skew_ms = models.IntegerField(default=0)
    refusing = models.BooleanField(default=False)
    fired = models.PositiveBigIntegerField(default=0)
    lateness = models.JSONField(default=dict)
    late_sum = models.FloatField(default=0)

    def __str__(self) -> str:
        return self.name
