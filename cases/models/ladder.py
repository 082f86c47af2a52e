"""What a city sets about limits and ladders, where it differs from the built-in ones."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.workflow import Stage, Track

_MOST = 3000  # percent


class StageLimit(models.Model):
    """How long a stage may take on a track; "" is every track without a row of its own."""

    stage = models.CharField(max_length=12, choices=Stage.choices)
    track = models.CharField(max_length=12, choices=Track.choices, blank=True)
    amount = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=10)

    class Meta:
        ordering = ["stage", "track"]
        constraints = [
            models.UniqueConstraint(fields=["stage", "track"], name="one_limit_per_stage_and_track"),
            models.CheckConstraint(
                condition=models.Q(amount__range=(1, 1000)),
                name="stage_limit_is_1_to_1000",
                violation_error_message=_("A limit is between 1 and 1000."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.track} {self.amount} {self.unit}"


class LadderRung(models.Model):
    """One rung of the ladder of a stage on a track; "" is every stage or track without a row of its own.

    Percent of the limit; working days past the deadline if that is earlier, 0 for never; working days past
    the deadline, or else minutes, before which it does not come. ``hears`` lists codes of
    ``cases.deadlines.HEARERS``; a rung that is not ``active`` does not fire.
    """

    stage = models.CharField(max_length=12, choices=Stage.choices, blank=True)
    track = models.CharField(max_length=12, choices=Track.choices, blank=True)
    level = models.PositiveSmallIntegerField()
    percent = models.PositiveSmallIntegerField()
    past_days = models.PositiveSmallIntegerField(default=0)
    not_before_minutes = models.PositiveIntegerField(default=0)
    not_before_days = models.PositiveSmallIntegerField(default=0, db_default=0)
    hears = models.JSONField(default=list)
    supervision = models.PositiveSmallIntegerField(default=0)
    sounds = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["stage", "track", "level"]
        constraints = [
            models.UniqueConstraint(fields=["stage", "track", "level"], name="one_rung_per_level"),
            models.CheckConstraint(
                condition=models.Q(level__range=(1, 4), percent__range=(1, _MOST), supervision__range=(0, 3)),
                name="rung_has_a_level_and_a_percentage",
                violation_error_message=_("A rung has a level from 1 to 4 and a percentage."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage or '*'} {self.track or '*'} {self.level}"
