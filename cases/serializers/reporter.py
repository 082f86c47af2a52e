"""Shapes of the look behind the mask and of what is held about a person."""

from typing import Any

from rest_framework import serializers

from cases.models import LookReason, ReporterLook
from cases.serializers.filters import MomentField
from core.masking import without_phones
from core.serializers import PageQuery, StrictSerializer


class RevealInput(StrictSerializer):
    """Why: one of the list, and for another reason words."""

    why = serializers.CharField(max_length=20, help_text=", ".join(LookReason.values))
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=1000)


class RevealAnswer(serializers.Serializer[Any]):
    """In clear, to be shown until ``until`` and kept nowhere."""

    name = serializers.CharField()
    phone = serializers.CharField()
    description = serializers.CharField()
    address = serializers.CharField()
    until = serializers.DateTimeField()


class SubjectInput(RevealInput):
    """About which phone number, and why."""

    phone = serializers.CharField(max_length=40)


class LookQuery(PageQuery):
    """Looks of a kind, by a person (name), within days."""

    kind = serializers.ChoiceField(choices=ReporterLook.Kind.choices, required=False)
    who = serializers.CharField(required=False, max_length=60)
    since, until = MomentField(), MomentField()


class LookSerializer(serializers.ModelSerializer[ReporterLook]):
    """One look."""

    who = serializers.CharField(source="actor.name")
    kind_label = serializers.CharField(source="get_kind_display")
    case = serializers.CharField(source="case.number", allow_null=True, default=None)
    why_label = serializers.CharField(source="get_why_display")
    reason = serializers.SerializerMethodField()

    class Meta:
        model = ReporterLook
        fields = ["at", "who", "kind", "kind_label", "case", "why", "why_label", "reason"]

    def get_reason(self, look: ReporterLook) -> str:
        """The words, without phone numbers."""
        return without_phones(look.reason)


class ForgetAnswer(serializers.Serializer[Any]):
    """Since when the station knows that somebody wants to be forgotten."""

    asked_at = serializers.DateTimeField()
