"""Places and postings: district → street → community → grid, and who works where."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from guardian.models import UserObjectPermissionBase

from accounts.models import Unit
from accounts.roles import Role, permissions_on


class Area(models.Model):
    """A district, street, community or grid. The tree is the parent column, never a code's prefix."""

    class Level(models.TextChoices):
        DISTRICT = "district", _("District")
        STREET = "street", _("Street or town")
        COMMUNITY = "community", _("Community")
        GRID = "grid", _("Grid")

    level = models.CharField(max_length=10, choices=Level.choices)
    code = models.CharField(max_length=15, unique=True)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=100)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    # The ancestors as columns, so that a list of grids or a scope needs no walk up the tree.
    district = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    street = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    code_provisional = models.BooleanField(default=False)
    made_up = models.BooleanField(default=False)
    # WKB in WGS 84; the box columns let the database find candidates without a spatial extension.
    outline = models.BinaryField(null=True, blank=True)
    source_datum = models.CharField(max_length=10, blank=True)
    min_lon = models.FloatField(null=True, blank=True)
    min_lat = models.FloatField(null=True, blank=True)
    max_lon = models.FloatField(null=True, blank=True)
    max_lat = models.FloatField(null=True, blank=True)
    centre_lon = models.FloatField(null=True, blank=True)
    centre_lat = models.FloatField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        permissions = permissions_on("district", "street", "community", "grid")
        ordering = ["code"]
        indexes = [
            models.Index(fields=["level", "code"], name="area_level_code"),
            models.Index(fields=["level", "min_lon", "max_lon"], name="area_box"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="area_ends_after_it_begins",
                violation_error_message=_("An area can't end before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(level="district", parent__isnull=True)
                | (~Q(level="district") & Q(parent__isnull=False)),
                name="area_below_a_district_has_a_parent",
                violation_error_message=_("Every area but a district lies in another one."),
            ),
        ]

    def __str__(self) -> str:
        return self.short_name


class Succession(models.Model):
    """An area that took the place of another from a day on; a split has several, a merger shares one."""

    old = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="successors")
    new = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="predecessors")
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["old", "new"], name="one_succession_per_pair"),
            models.CheckConstraint(condition=~Q(old=F("new")), name="no_area_succeeds_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"


class AreaJob(models.Model):
    """One change of areas, made in one transaction, and how far what lies in them has followed.

    Rows to follow are found by the column ``level`` among ``area_ids``; ``ground`` are the pieces that passed
    between two grids in force; ``cursors`` say, room by room, up to which id they were looked at.
    """

    class Kind(models.TextChoices):
        SPLIT = "split", _("Split")
        MERGE = "merge", _("Merge")
        RETIRE = "retire", _("Retire")
        BORDER = "border", _("Move a border")
        MOVE = "move", _("Move below another area")
        ABOLISH = "abolish", _("Abolish a district")

    class State(models.TextChoices):
        RUNNING = "running", _("Under way")
        DONE = "done", pgettext_lazy("job", "Done")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=10, choices=Area.Level.choices)
    area_ids = models.JSONField(default=list)
    ground = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    cursors = models.JSONField(default=dict)
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
            models.Index(fields=["created_at"], name="area_job_running", condition=Q(state="running")),
            models.Index(fields=["-created_at", "-id"], name="area_job_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="done", finished_at__isnull=False)
                | Q(state="running", finished_at__isnull=True),
                name="area_job_has_an_end_exactly_when_it_is_done",
                violation_error_message=_("A job has an end exactly when it is done."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.area_id}"


class MapVersion(models.Model):
    """One row whose number moves with every change of an outline, so that map caches know."""

    number = models.PositiveBigIntegerField(default=1)

    def __str__(self) -> str:
        return str(self.number)


class Posting(models.Model):
    """Who holds which role where, from when to when: the record; the guardian grant is its effect."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="postings")
    role = models.CharField(max_length=20, choices=Role.choices)
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT, related_name="postings")
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="postings")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    deputy_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="deputies"
    )

    class Meta:
        indexes = [models.Index(fields=["role", "area"], name="posting_role_area")]
        constraints = [
            models.CheckConstraint(
                condition=Q(area__isnull=False, unit__isnull=True) | Q(area__isnull=True, unit__isnull=False),
                name="posting_is_in_an_area_or_a_unit",
                violation_error_message=_("A posting names either an area or a unit."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="posting_ends_after_it_starts",
                violation_error_message=_("A posting ends after it starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class Absence(models.Model):
    """Somebody is away: meanwhile nothing becomes their task, and a deputy who is able stands in."""

    class Kind(models.TextChoices):
        LEAVE = "leave", _("Leave")
        SICK = "sick", _("Sick")
        TRAINING = "training", _("Training")
        OTHER = "other", _("Other reason")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="absences")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Whether open tasks go on to others when it begins, and when that was settled.
    hand_over = models.BooleanField(default=False)
    handed_at = models.DateTimeField(null=True, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["person", "ends_at"], name="absence_person_end"),
            models.Index(fields=["starts_at"], name="absence_to_hand_over", condition=Q(handed_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="absence_ends_after_it_starts",
                violation_error_message=_("An absence ends after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("person")),
                name="nobody_is_their_own_deputy",
                violation_error_message=_("Nobody stands in for themselves."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.starts_at:%Y-%m-%d}"


class DutyTurn(models.Model):
    """Who is on duty (值班) in a street, or in a unit, from when to when."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="duty_turns")
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT, related_name="duty_turns")
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="duty_turns")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["area", "ends_at"], name="duty_area_end"),
            models.Index(fields=["unit", "ends_at"], name="duty_unit_end"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(area__isnull=False, unit__isnull=True) | Q(area__isnull=True, unit__isnull=False),
                name="duty_is_in_a_street_or_a_unit",
                violation_error_message=_("A duty turn names either a street or a unit."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="duty_ends_after_it_starts",
                violation_error_message=_("A duty turn ends after it starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.starts_at:%Y-%m-%d %H:%M}"


class AreaUserPermission(UserObjectPermissionBase):
    """A role in an area, as guardian's direct foreign-key table."""

    content_object = models.ForeignKey(Area, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False


class UnitUserPermission(UserObjectPermissionBase):
    """A role in a unit, as guardian's direct foreign-key table."""

    content_object = models.ForeignKey(Unit, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
