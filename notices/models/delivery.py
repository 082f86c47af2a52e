"""What is owed to the channels beyond the inbox."""

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from notices.models.inbox import Notice


class ChannelDelivery(models.Model):
    """One notice owed to one place of one channel, written with the notice and sent afterwards.

    ``target`` is whom the channel reaches: "user:17", "robot:3". ``due_at`` is when it may first sound,
    ``next_at`` when it is tried next. Whoever sends it holds it until ``claimed_until``; what a killed
    process held is free again then. Deliveries that went out in one message share its ``batch``, the key by
    which a receiver knows a repeat.
    """

    class State(models.TextChoices):
        PENDING = "pending", pgettext_lazy("delivery", "Waiting")
        SENT = "sent", pgettext_lazy("delivery", "Sent")
        DEAD = "dead", pgettext_lazy("delivery", "Given up")
        DROPPED = "dropped", pgettext_lazy("delivery", "Dropped")

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=20)
    target = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    # The notice's own, kept here so that what is urgent is found first.
    urgent = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    next_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    batch = models.UUIDField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    # Why it did not work, or why it was dropped; without words of the notice.
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "channel", "target"], name="one_delivery_per_notice_and_target"
            ),
            models.CheckConstraint(
                condition=Q(state="pending", settled_at__isnull=True)
                | (~Q(state="pending") & Q(settled_at__isnull=False, claimed_until__isnull=True)),
                name="a_settled_delivery_is_held_by_nobody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-urgent", "next_at", "id"], name="delivery_pending", condition=Q(state="pending")
            ),
            models.Index(fields=["target", "next_at"], name="delivery_target", condition=Q(state="pending")),
            models.Index(fields=["batch"], name="delivery_batch", condition=Q(batch__isnull=False)),
            models.Index(fields=["-id"], name="delivery_dead", condition=Q(state="dead")),
            models.Index(fields=["settled_at"], name="delivery_settled", condition=~Q(state="pending")),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.target}: {self.state}"


class Gate(models.Model):
    """When something may next be sent to a target, or by a whole channel; ``name`` is either's.

    It paces robots, keeps everybody else away from a receiver that one process is trying, and spares one
    that failed ``failures`` times in a row.
    """

    name = models.CharField(max_length=40, unique=True)
    free_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
