"""The clock of a case: what runs for the stage it is in, and where it stands on the ladder."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import CalendarVersion


class Lamp(models.TextChoices):
    """How a case stands to its deadline."""

    GREEN = "green", _("On time")
    YELLOW = "yellow", _("Nearly due")
    RED = "red", _("Overdue")
    GREY = "grey", _("Suspended")


class Clocked(models.Model):
    """Columns of ``Case`` that say how long its stage may take; its events say how that came about.

    The clock runs from ``clock_since``; ``clock_spent`` seconds had passed by then of ``clock_total``,
    which is the limit (``clock_limit``) with its extensions, or what was left of it. Seconds are working
    seconds of ``clock_calendar``, or continuous ones where that is null. A clock that rests has no
    ``clock_since``; one that was stopped has no ``clock_total`` either.
    """

    due_at = models.DateTimeField(null=True, blank=True)
    # Four fifths of the limit: from here the lamp is yellow.
    yellow_at = models.DateTimeField(null=True, blank=True)
    clock_since = models.DateTimeField(null=True, blank=True)
    clock_spent = models.PositiveIntegerField(db_default=0, default=0)
    clock_total = models.PositiveIntegerField(db_default=0, default=0)
    clock_limit = models.PositiveIntegerField(db_default=0, default=0)
    clock_calendar = models.ForeignKey(
        CalendarVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # The highest rung that fired since the clock last began, and a bit (``deadlines.BESIDE_CLOCK``) for each
    # that did of what runs beside the ladder; how often its moments changed.
    clock_rung = models.PositiveSmallIntegerField(db_default=0, default=0)
    clock_beside = models.PositiveSmallIntegerField(db_default=0, default=0)
    clock_generation = models.PositiveIntegerField(db_default=0, default=0)
    # The level of supervision (督办) its lateness in this stage has brought, 0 to 3.
    escalation = models.PositiveSmallIntegerField(db_default=0, default=0)
    # Handling: the first deadline, kept for the evaluation, and what was left when it was finished.
    first_due_at = models.DateTimeField(null=True, blank=True)
    handle_left = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def clock_rests(self) -> bool:
        """Whether something was begun and rests, as while suspended."""
        return self.clock_total > 0 and self.clock_since is None
