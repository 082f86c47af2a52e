"""Calendars of working time, in versions that never change."""

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Calendar(models.Model):
    """The working time of some units, such as offices or squads; ``current`` is its version in force."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    current = models.ForeignKey(
        "core.CalendarVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return (self.name_en or self.name) if get_language() == "en" else self.name


class CalendarVersion(models.Model):
    """What a calendar said from some change to the next; ``core.worktime`` reckons by it.

    ``shifts`` are ``{"weekdays": [1..7], "from": "09:00", "to": "12:30", "valid_from", "valid_to"}``, the
    last two dates or null; ``days`` are ``{"date", "kind", "name", "like"}``, where the kind is "holiday" or
    "working", and a working day has the shifts of the weekday 1..7 it is ``like``. ``published_until`` is the
    last year whose holidays are known; later ones fall back to plain weekdays and deadlines in them carry a
    warning. Null: nothing has to be published, as for those who work every day. The id is a digest of all
    this (``calendar_seed.version_id``), so that it never stands for anything else.
    """

    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    shifts = models.JSONField()
    days = models.JSONField(default=list)
    standard_day_minutes = models.PositiveSmallIntegerField()
    published_until = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["calendar", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "number"], name="one_calendar_version_per_number"),
            models.CheckConstraint(
                condition=models.Q(standard_day_minutes__range=(60, 1440)),
                name="standard_day_is_one_to_24_hours",
                violation_error_message=_("A standard working day has between 1 and 24 hours."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar_id} version {self.number}"
