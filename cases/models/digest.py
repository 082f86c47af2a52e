"""The daily digest of all chains' heads: what a cut-off tail, or a case taken away, is found by."""

from typing import Any

from django.db import models

from core.history import canonical, link
from core.merkle import leaf_hash

# Leaves under one of the subtree roots kept in ``HeadDigest.blocks``; a power of two, so that they are
# nodes of the day's tree.
BLOCK = 1024


class HeadDigest(models.Model):
    """One day's digest, chained to the one before it. A trigger refuses to change or delete a row.

    ``root`` is the Merkle root over the heads of the cases that moved since the digest before
    (``changed`` of them); a case that did not move is covered by the newest day it is a leaf of.
    ``cases`` and ``events`` count all that the digests cover up to this one.
    """

    number = models.PositiveIntegerField(unique=True)
    day = models.DateField(unique=True)
    at = models.DateTimeField()
    cases = models.PositiveBigIntegerField()
    events = models.PositiveBigIntegerField()
    changed = models.PositiveBigIntegerField()
    root = models.CharField(max_length=64)
    blocks = models.JSONField(default=list)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.day} {self.digest[:12]}"

    def line(self) -> str:
        """The row as one line of JSON, as it is sent out of the house and kept there."""
        return canonical({**self.chained(), "previous": self.previous, "digest": self.digest}).decode()

    def right_digest(self) -> str:
        """What ``digest`` has to be."""
        return link(self.previous, self.chained())

    def chained(self) -> dict[str, Any]:
        """Everything the digest covers, but for the one before it."""
        return {
            "number": self.number,
            "day": self.day,
            "at": self.at,
            "cases": self.cases,
            "events": self.events,
            "changed": self.changed,
            "root": self.root,
        }


class HeadLeaf(models.Model):
    """The head of one case as a day's digest found it. A trigger refuses to change or delete a row.

    The case is named by UUID and not by a foreign key, so that the leaf of a case taken away stays.
    ``before`` is how many of its events earlier digests covered; 0 for a case that is new.
    """

    day = models.DateField()
    position = models.PositiveIntegerField()
    case_uuid = models.UUIDField()
    before = models.PositiveIntegerField()
    events_count = models.PositiveIntegerField()
    head_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["day", "position"]
        constraints = [models.UniqueConstraint(fields=["day", "position"], name="one_leaf_per_position")]
        indexes = [models.Index(fields=["case_uuid", "-day"], name="leaf_of_case")]

    def __str__(self) -> str:
        return f"{self.day}#{self.position} {self.case_uuid}"

    @property
    def hash(self) -> str:
        """The leaf in the day's tree."""
        return leaf_hash(canonical(self.chained()))

    def chained(self) -> dict[str, Any]:
        """Everything the leaf's hash covers."""
        return {
            "case": str(self.case_uuid),
            "before": self.before,
            "events": self.events_count,
            "head": self.head_hash,
        }
