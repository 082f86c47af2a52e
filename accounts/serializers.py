"""Shapes of logins and units."""

from typing import Any

from rest_framework import serializers

from accounts.models import Unit
from accounts.roles import ROLES, Role
from core.serializers import StrictSerializer


class LoginInput(StrictSerializer):
    """A login name and its password."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)


class TokenSerializer(serializers.Serializer[Any]):
    """A token, shown this once; sent back as ``Authorization: Token …``."""

    token = serializers.CharField()
    expiry = serializers.DateTimeField(allow_null=True)
    must_change_password = serializers.BooleanField()


class UnitSerializer(serializers.ModelSerializer[Unit]):
    """A unit as lists and choices show it."""

    line_label = serializers.CharField(source="get_line_display")
    kind_label = serializers.CharField(source="get_kind_display")
    calendar = serializers.CharField(
        source="calendar.code", allow_null=True, default=None,
        help_text="its own calendar of working time; null for the usual one of its kind",
    )  # fmt: skip

    class Meta:
        model = Unit
        fields = ["code", "name", "line", "line_label", "kind", "kind_label", "district_code", "calendar"]


class RoleSerializer(serializers.Serializer[Any]):
    """What a role is: where it is posted and what it may do beside the steps of a case."""

    role = serializers.CharField(source="value")
    label = serializers.CharField()  # type: ignore[assignment]
    posted_on = serializers.SerializerMethodField()
    may = serializers.SerializerMethodField()

    def get_posted_on(self, role: Role) -> list[str]:
        """Levels, or "unit"."""
        return sorted(ROLES[role].posted_on)

    def get_may(self, role: Role) -> list[str]:
        """Abilities."""
        return sorted(ROLES[role].may)
