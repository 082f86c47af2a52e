"""A case, its number and whoever reported it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cases.models.catalogue import CaseClass, FilingCondition
from cases.models.clock import Clocked
from cases.models.marks import Marks
from cases.workflow import DONE, Answer, Situation, Stage, Track, Verdict
from grids.placed import Placed


class Source(models.TextChoices):
    """How a case came to us."""

    PATROL = "patrol", _("Grid patrol")
    OFFICER = "officer", _("Officer")
    LEADER = "leader", _("Leader's round")
    HOTLINE = "hotline", _("12345 hotline")
    RESIDENT = "resident", _("Resident")
    APP = "app", _("Another system")


class Case(Clocked, Marks, Placed):
    """One problem at one place, from report to close. Only ``case_advance`` writes ``stage``.

    ``version`` moves with stage, class, place, track, plan, units or deadline; ``events`` and
    ``head_hash`` are the length and the head of the case's history chain.
    """

    uuid = models.UUIDField(unique=True)
    number = models.CharField(max_length=19, unique=True)
    stage = models.CharField(max_length=12, choices=Stage.choices)
    track = models.CharField(max_length=12, choices=Track.choices, default=Track.STANDARD)
    version = models.PositiveIntegerField(default=1)
    events_count = models.PositiveIntegerField(default=0)
    head_hash = models.CharField(max_length=64)
    # How many of the events the daily digests cover; behind ``events_count`` until the next one.
    digested_events = models.PositiveIntegerField(default=0, db_default=0)

    case_class = models.ForeignKey(
        CaseClass, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    condition = models.ForeignKey(
        FilingCondition, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # The handling limit as it stood when the condition was set: a later change counts for later cases.
    limit_value = models.PositiveSmallIntegerField(null=True, blank=True)
    limit_unit = models.CharField(
        max_length=10, blank=True, db_default="", choices=FilingCondition.Unit.choices
    )
    description = models.TextField(blank=True)
    address = models.CharField(max_length=300, blank=True)
    lon = models.FloatField()
    lat = models.FloatField()
    accuracy = models.FloatField(null=True, blank=True)
    source_datum = models.CharField(max_length=10, default="WGS84")
    # The codes it was filed under; the area columns of ``Placed`` say where it belongs now.
    filed_district_code = models.CharField(max_length=6)
    filed_grid_code = models.CharField(max_length=15)

    source = models.CharField(max_length=10, choices=Source.choices)
    source_ref = models.CharField(max_length=80, blank=True)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    follow_code = models.CharField(max_length=12, unique=True, null=True, blank=True)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reported_cases",
        db_index=False,
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="tasks",
        db_index=False,
    )
    lead_unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="led_cases", db_index=False
    )
    # Who last took which action, {action: user id}: the memory of the four eyes.
    takers = models.JSONField(default=dict, blank=True)
    fixed_on_the_spot = models.BooleanField(default=False)
    drawn_for_field = models.BooleanField(default=False)
    somebody_to_call = models.BooleanField(default=False)
    returns = models.PositiveSmallIntegerField(default=0)
    reworks = models.PositiveSmallIntegerField(default=0)
    complaints = models.PositiveSmallIntegerField(default=0)
    failed_calls = models.PositiveSmallIntegerField(default=0)

    opened_at = models.DateTimeField()
    stage_since = models.DateTimeField()
    filed_at = models.DateTimeField(null=True, blank=True)
    dispatched_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Since when nothing of whoever reported is kept any more, and when they asked for that by their code.
    forgotten_at = models.DateTimeField(null=True, blank=True)
    forget_asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at", "-id"]
        # Every step and every rung moves the row, and with it an entry of each index that holds it: so no
        # key has one that another begins with, and none holds what is empty in most cases.
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="case_newest"),
            models.Index(fields=["district", "stage", "-opened_at"], name="case_district_stage"),
            models.Index(fields=["street", "stage", "-opened_at"], name="case_street_stage"),
            models.Index(fields=["community", "stage", "-opened_at"], name="case_community_stage"),
            models.Index(fields=["grid", "stage", "-opened_at"], name="case_grid_stage"),
            models.Index(fields=["lead_unit", "stage", "-opened_at"], name="case_unit_stage"),
            models.Index(fields=["case_class", "opened_at"], name="case_class_opened"),
            models.Index(fields=["lon", "lat"], name="case_place"),
            models.Index(fields=["source", "-opened_at"], name="case_source_newest"),
            models.Index(fields=["reporter"], name="case_reporter", condition=Q(reporter__isnull=False)),
            models.Index(fields=["assignee"], name="case_assignee", condition=Q(assignee__isnull=False)),
            models.Index(
                fields=["merged_into"], name="case_merged_into", condition=Q(merged_into__isnull=False)
            ),
            models.Index(
                fields=["clock_calendar"], name="case_calendar", condition=Q(clock_calendar__isnull=False)
            ),
            models.Index(
                fields=["suspended_until"], name="case_suspended", condition=Q(suspended_until__isnull=False)
            ),
            models.Index(fields=["due_at"], name="case_due", condition=Q(due_at__isnull=False)),
            models.Index(
                fields=["district", "-escalation", "due_at"],
                name="case_escalated",
                condition=Q(escalation__gt=0),
            ),
            models.Index(
                fields=["closed_at", "id"],
                name="case_done_to_forget",
                condition=Q(forgotten_at__isnull=True, closed_at__isnull=False),
            ),
            models.Index(
                fields=["id"], name="case_undigested", condition=Q(events_count__gt=F("digested_events"))
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=[s.value for s in sorted(DONE)], closed_at__isnull=False)
                | (~Q(stage__in=[s.value for s in sorted(DONE)]) & Q(closed_at__isnull=True)),
                name="case_has_an_end_exactly_when_it_is_done",
                violation_error_message=_("A case has a closing time exactly when it is done."),
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=[Stage.PLAN, Stage.APPROVE, Stage.DISPATCH, Stage.HANDLE])
                | Q(case_class__isnull=False, condition__isnull=False, filed_at__isnull=False),
                name="filed_case_has_class_and_condition",
                violation_error_message=_("A verified case has a class and a filing condition."),
            ),
            models.CheckConstraint(
                condition=~Q(stage=Stage.HANDLE) | Q(lead_unit__isnull=False, dispatched_at__isnull=False),
                name="handled_case_has_a_lead_unit",
                violation_error_message=_("A case being handled has a lead unit."),
            ),
            models.CheckConstraint(
                condition=Q(stage_since__gte=F("opened_at")),
                name="no_stage_before_the_report",
                violation_error_message=_("A stage can't begin before the report."),
            ),
            models.CheckConstraint(
                condition=Q(suspended_at__isnull=True, suspended_until__isnull=True)
                | Q(suspended_at__isnull=False, suspended_until__gt=F("suspended_at")),
                name="suspension_has_an_end_after_it_begins",
                violation_error_message=_("A suspension ends after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.MERGED, merged_into__isnull=False)
                | (~Q(stage=Stage.MERGED) & Q(merged_into__isnull=True)),
                name="merged_case_names_the_one_it_went_into",
                violation_error_message=_("A merged case names the case it went into."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return Stage(self.stage) not in DONE

    def situation(
        self,
        *,
        has_standing_plan: bool = False,
        verdict: Verdict | None = None,
        satisfied: Answer | None = None,
    ) -> Situation:
        """What the workflow's routes and takers depend on."""
        return Situation(
            track=Track(self.track),
            has_standing_plan=has_standing_plan,
            fixed_on_the_spot=self.fixed_on_the_spot,
            somebody_to_call=self.somebody_to_call,
            complaints=self.complaints,
            drawn_for_field=self.drawn_for_field,
            plan_owed=bool(self.plan_owed),
            extensions=self.extensions,
            presence=self.presence,
            reply_from=self.reply_from,
            stage_before=self.stage_before,
            verdict=verdict,
            satisfied=satisfied,
        )


class CaseSerial(models.Model):
    """The last serial number given in a district on a day."""

    district_code = models.CharField(max_length=6)
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district_code", "day"], name="one_serial_per_day")]

    def __str__(self) -> str:
        return f"{self.district_code} {self.day} {self.last}"


class ReporterContact(models.Model):
    """Personal data of whoever reported, apart from the case so that it can be forgotten."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="contact")
    name = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=20, blank=True, db_index=True)
    # What the chain's digest of name and phone was salted with. Null: never kept, or forgotten with them.
    salt = models.CharField(max_length=32, null=True, blank=True)

    def __str__(self) -> str:
        return f"contact of {self.case_id}"

    @property
    def chained(self) -> str:
        """The words the chain's ``reporter_digest`` stands for; "" once they are forgotten."""
        return contact_words(self.name, self.phone, self.salt) if self.salt else ""


def contact_words(name: str, phone: str, salt: str) -> str:
    """Name and phone of whoever reported, as they are digested into the chain."""
    return f"{name}|{phone}|{salt}"
