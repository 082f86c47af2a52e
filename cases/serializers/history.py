"""Shapes of a case's chain and of the verdict on a case file."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.casefile.judge import Kind
from cases.chain import Chain, Link
from core.serializers import StrictSerializer


class DigestSerializer(serializers.Serializer[Any]):
    """The digest of a day: chained to the one before, over the heads of all cases that moved."""

    number = serializers.IntegerField()
    day = serializers.DateField()
    at = serializers.DateTimeField()
    cases = serializers.IntegerField()
    events = serializers.IntegerField()
    root = serializers.CharField()  # type: ignore[assignment]  # a field may be named like that
    previous = serializers.CharField()
    digest = serializers.CharField()


class LinkSerializer(serializers.Serializer[Any]):
    """One event as a link. A hash is null where it is withheld; ``broken`` says what is wrong, or nothing."""

    seq = serializers.IntegerField(source="event.seq")
    action = serializers.CharField(source="event.action")
    action_label = serializers.CharField(source="event.get_action_display")
    who = serializers.CharField()
    at = serializers.DateTimeField(source="event.at")
    hash = serializers.SerializerMethodField()
    previous_hash = serializers.SerializerMethodField()
    covered_by = serializers.DateField(allow_null=True)
    broken = serializers.CharField()

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_hash(self, link: Link) -> str | None:
        """Its own hash."""
        return link.event.hash or None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_previous_hash(self, link: Link) -> str | None:
        """The hash of the event before it."""
        return link.event.previous_hash or None


class WrongSerializer(serializers.Serializer[Any]):
    """A place that does not hold."""

    seq = serializers.IntegerField()
    sentence = serializers.CharField()


class ChainSerializer(serializers.Serializer[Any]):
    """The chain of a case."""

    number = serializers.CharField(source="case.number")
    holds = serializers.SerializerMethodField()
    wrong = WrongSerializer(many=True)
    uncovered = serializers.IntegerField(help_text="how many of the newest events no digest covers yet")
    digest = DigestSerializer(allow_null=True)
    events = LinkSerializer(many=True, source="links")

    def get_holds(self, chain: Chain) -> bool:
        """Whether nothing is wrong."""
        return not chain.wrong


class FileInput(StrictSerializer):
    """One case file, JSON or PDF."""

    file = serializers.FileField(max_length=500, allow_empty_file=True)


class VerdictSerializer(serializers.Serializer[Any]):
    """What a case file is."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind])
    sentence = serializers.CharField()
    where = serializers.ListField(child=serializers.CharField())
    since = serializers.IntegerField()
    number = serializers.CharField()
    exported_at = serializers.CharField()
    events = serializers.IntegerField()
