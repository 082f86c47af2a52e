"""The history of a case: append-only, numbered, chained."""

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from cases.models.case import Case
from cases.workflow import Action, Stage
from core.history import Entry


class CaseEvent(models.Model):
    """One step taken. A database trigger refuses to change or delete a row."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    action = models.CharField(max_length=20, choices=Action.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # The role the step was taken in; "resident" or "app" for a step without a login.
    role = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    from_stage = models.CharField(max_length=12, blank=True, choices=Stage.choices)
    to_stage = models.CharField(max_length=12, choices=Stage.choices)
    version = models.PositiveIntegerField()
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["case", "seq"]
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="one_event_per_number")]
        indexes = [
            models.Index(fields=["-at"], name="event_newest"),
            models.Index(fields=["actor", "action"], name="event_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}#{self.seq} {self.action}"

    def entry(self, case_uuid: str) -> Entry:
        """This row as an entry of its case's chain."""
        return Entry(self.seq, self.previous_hash, self.hash, self.chained(case_uuid))

    def chained(self, case_uuid: str) -> dict[str, Any]:
        """Everything the hash covers."""
        return {
            "case": case_uuid,
            "seq": self.seq,
            "action": self.action,
            "actor": self.actor_id,
            "role": self.role,
            "at": self.at,
            "from": self.from_stage,
            "to": self.to_stage,
            "version": self.version,
            "data": self.data,
        }


class EventWords(models.Model):
    """Somebody's own words in an event, apart from it, so that who is named in them can be forgotten.

    The event holds ``cases.words.words_digest`` of text and salt. ``field`` is a fact's name, with a number
    after a dot for one of several ("measures.2").
    """

    event = models.ForeignKey(CaseEvent, on_delete=models.CASCADE, related_name="said")
    field = models.CharField(max_length=40)
    text = models.TextField()
    salt = models.CharField(max_length=32)
    # Whether a phone number stands in it: what is held about a number is looked for in these rows alone.
    numbered = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["event", "pk"]
        indexes = [
            models.Index(fields=["event"], name="words_with_number", condition=models.Q(numbered=True))
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "field"], name="one_text_per_event_and_field")
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.field}"
