"""Keys of repeated requests, the outbox, the audit log, rate counts, revisions of settings."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q


class IdempotencyKey(models.Model):
    """One write, remembered under the key its client made, so that a repeat replays the answer.

    ``actor`` is "user:<id>" or, for strangers, "public:<session>"; rows are kept 180 days.
    """

    actor = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    answer = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="one_answer_per_actor_and_key")]

    def __str__(self) -> str:
        return f"{self.actor} {self.key}"


class OutboxEvent(models.Model):
    """Something that happened, written in the transaction in which it happened."""

    topic = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    payload = models.JSONField(encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["subject"], name="outbox_subject")]

    def __str__(self) -> str:
        return f"{self.topic} {self.subject}"


class OutboxDelivery(models.Model):
    """One event owed to one consumer; handled once, in the transaction that marks it done."""

    class State(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        DEAD = "dead"
        DROPPED = "dropped"

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    consumer = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "consumer"], name="one_delivery_per_event_and_consumer")
        ]
        indexes = [models.Index(fields=["due_at", "id"], name="outbox_pending", condition=Q(state="pending"))]

    def __str__(self) -> str:
        return f"{self.consumer} {self.state}"


class AuditEntry(models.Model):
    """Who changed or uncovered what outside a case's own history. Append-only by trigger."""

    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, db_index=True)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    reason = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


class RateCount(models.Model):
    """How often one stranger did one thing in one hour; shared by all processes."""

    bucket = models.CharField(max_length=40)
    client = models.CharField(max_length=64)
    hour = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bucket", "client", "hour"], name="one_count_per_client_and_hour")
        ]

    def __str__(self) -> str:
        return f"{self.bucket} {self.count}"


class Revision(models.Model):
    """How often a set of settings was changed, so that a process knows when what it remembers is old.

    Whoever changes such settings counts it up in the same transaction; ``name`` is the set's.
    """

    name = models.CharField(max_length=30, unique=True)
    number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.number}"
