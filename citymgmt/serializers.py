"""The shape of what a person is told of themselves."""

from typing import Any

from rest_framework import serializers

from accounts.models import User
from accounts.serializers import RoleSerializer
from grids.serializers import PostingSerializer


class MeSerializer(serializers.Serializer[Any]):
    """Who is logged in, in which roles and where, and how many notices wait."""

    username = serializers.CharField()
    name = serializers.CharField()
    must_change_password = serializers.BooleanField()
    unit = serializers.CharField(source="unit.name", allow_null=True, default=None)
    roles = RoleSerializer(many=True)
    postings = PostingSerializer(many=True)
    unread = serializers.IntegerField()


def me_data(user: User | None, **more: Any) -> dict[str, Any]:
    """The answer for whoever is logged in."""
    own = {name: getattr(user, name, None) for name in ("username", "name", "unit", "must_change_password")}
    return dict(MeSerializer({**own, **more}).data)
