"""Shapes of the inbox."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.serializers import PageQuery, StrictSerializer
from notices.kinds import Group, kind_of
from notices.models import Notice
from notices.texts import text_of

_NAME_THEM = _("Name the notices by their ids, or send all: true.")


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """One notice, its sentence in the reader's language."""

    text = serializers.SerializerMethodField()
    group = serializers.SerializerMethodField()

    class Meta:
        model = Notice
        fields = ["id", "kind", "group", "urgent", "text", "link", "created_at", "read_at"]

    def get_group(self, notice: Notice) -> str:
        """The group of its kind."""
        return str(kind_of(notice.kind).group)

    def get_text(self, notice: Notice) -> str:
        """The sentence."""
        return text_of(notice.kind, notice.facts)


class NoticeQuery(PageQuery):
    """``unread`` true: only those; false: only read ones. ``group``: of these kinds alone."""

    unread = serializers.BooleanField(required=False, allow_null=True, default=None)
    group = serializers.ChoiceField(choices=Group.choices, required=False)


class ReadInput(StrictSerializer):
    """Which notices were read: their ids, or all of them."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), required=False, max_length=500
    )
    all = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two."""
        if not attrs["all"] and "ids" not in attrs:
            raise serializers.ValidationError({"ids": [_NAME_THEM]})
        return attrs


class ReadAnswer(serializers.Serializer[Any]):
    """How many became read, and how many are unread still."""

    marked = serializers.IntegerField()
    unread = serializers.IntegerField()
