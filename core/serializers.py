"""Shapes every endpoint shares: strict input, pages, the problem document."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

Shape = serializers.BaseSerializer[Any]


class StrictSerializer(serializers.Serializer[Any]):
    """Input that refuses names it does not know: a filter misspelt must not show everything."""

    def to_internal_value(self, data: Any) -> Any:
        """As usual, after a look at the names."""
        unknown = [name for name in data if name not in self.fields] if isinstance(data, Mapping) else []
        if unknown:
            known = ", ".join(self.fields) or "-"
            sentence = _("There is nothing of this name here. Known are: %(known)s.") % {"known": known}
            raise serializers.ValidationError({name: [sentence] for name in unknown})
        return super().to_internal_value(data)


class PageQuery(StrictSerializer):
    """What every list takes: rows on a page (1 to 100, 25 by default) and the marker of a page."""

    size = serializers.CharField(required=False, max_length=10, help_text="1 to 100; 25 when left out")
    cursor = serializers.CharField(required=False, max_length=1000, help_text="`next` or `previous` as got")


class ProblemSerializer(serializers.Serializer[Any]):
    """A refusal (RFC 9457): `detail` is a sentence in the caller's language that says what to do."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    instance = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.CharField(), required=False, help_text="a sentence a field that is to blame"
    )


def page_shape(name: str, row: type[serializers.Serializer[Any]]) -> Shape:
    """The shape of one page of rows."""
    words = "marker of that page; empty where there is none"
    fields = {
        "results": row(many=True),
        "next": serializers.CharField(help_text=words),
        "previous": serializers.CharField(help_text=words),
    }
    return inline_serializer(name=f"{name}Page", fields=fields)


def list_shape(name: str, row: type[serializers.Serializer[Any]]) -> Shape:
    """The shape of a list that is never long."""
    return inline_serializer(name=f"{name}List", fields={"results": row(many=True)})
