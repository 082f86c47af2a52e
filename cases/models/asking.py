"""What is asked of somebody about a case: requests that are decided, supervisions, calls to the place."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from accounts.roles import Role
from cases.models.case import Case
from cases.workflow import Asked

_PERSON = settings.AUTH_USER_MODEL


class CaseRequest(models.Model):
    """Something asked about a case and decided by another: suspension, extension, appeal, objection.

    ``until`` is the date a suspension is asked, and after the decision granted, for.
    """

    class Kind(models.TextChoices):
        SUSPENSION = "suspension", _("Suspension")
        EXTENSION = "extension", _("Extension")
        APPEAL = "appeal", _("Appeal")
        OBJECTION = "objection", _("Objection")

    class State(models.TextChoices):
        OPEN = "open", _("Not decided yet")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")
        LAPSED = "lapsed", _("Lapsed")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    # Null where the reporter asked by the follow-up code.
    asked_by = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    asked_unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_event = models.PositiveIntegerField()
    until = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_event = models.PositiveIntegerField(null=True, blank=True)
    # When a granted suspension came to its end, on its date or by hand.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["case", "asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(state="open"), name="one_open_request_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(asked_by__isnull=True)
                | ~Q(decided_by=F("asked_by")),
                name="nobody_decides_on_their_own_request",
                violation_error_message=_("A request is decided by somebody other than who asked."),
            ),
        ]
        indexes = [models.Index(fields=["kind", "asked_at"], name="request_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.kind} of {self.case_id}: {self.state}"


class Supervision(models.Model):
    """重点问题督察办: the bureau or the station watches a case, and may demand a reply by a time.

    One that the ladder attached has a ``level`` and nobody who attached it; it ends with the stage.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="supervised")
    by = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(db_default=0, default=0)
    at = models.DateTimeField()
    event = models.PositiveIntegerField()
    asked = models.CharField(max_length=10, choices=Asked.choices)
    asked_unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    reply_by = models.DateTimeField(null=True, blank=True)
    replied_by = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    replied_at = models.DateTimeField(null=True, blank=True)
    reply_event = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["case", "at", "pk"]
        indexes = [
            models.Index(
                fields=["reply_by"],
                name="reply_owed",
                condition=Q(reply_by__isnull=False, replied_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"supervision of {self.case_id}"


class PresenceCall(models.Model):
    """请示到场: a superior is asked to come to the place, and due there in two days."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="presence_calls")
    role = models.CharField(max_length=20, choices=Role.choices)
    asked_by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    event = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    # Awaited no more: passed on to the next level, or the case is done.
    over = models.BooleanField(default=False)
    arrived_by = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField(null=True, blank=True)
    arrival_event = models.PositiveIntegerField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["case", "asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(arrived_at__isnull=True, over=False),
                name="one_presence_call_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} called to {self.case_id}"


class Joiner(models.Model):
    """Somebody who would have reported the same thing and joined this case instead; hears of its end."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="joiners")
    user = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    follow_code = models.CharField(max_length=12, unique=True, null=True, blank=True)
    name = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=20, blank=True, db_index=True)
    at = models.DateTimeField()
    event = models.PositiveIntegerField()

    class Meta:
        ordering = ["case", "at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "user"], condition=Q(user__isnull=False), name="one_joining_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"joiner of {self.case_id}"
