"""Shapes of the board of supervision."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases import board
from cases.models import Case, Supervision
from cases.serializers.case import CaseRow
from cases.serializers.deadlines import WatchSerializer
from cases.serializers.filters import CaseFilter
from cases.supervised import watch_of
from core.serializers import PageQuery, StrictSerializer


class BoardFilterQuery(CaseFilter):
    """Which cases the board looks at: the filters of the list."""


class LateQuery(CaseFilter, PageQuery):
    """The same, page by page."""


class WatchQuery(CaseFilter, PageQuery):
    """Which supervisions."""

    owed = serializers.BooleanField(required=False, default=False, help_text="only where a reply is owed")
    by = serializers.ChoiceField(
        choices=[role.value for role in board.SUPERVISORS], required=False, help_text="in which role attached"
    )
    reply = serializers.ChoiceField(
        choices=["late", "due"], required=False, help_text="late: its time is past; due: it lies ahead"
    )


class LateRow(CaseRow):
    """A late case, whom it waits for, and the earliest reply that is owed on it."""

    waits_for = serializers.SerializerMethodField(help_text="a person, a unit or roles, in words")
    reply_owed_by = serializers.DateTimeField(allow_null=True)
    reply_late = serializers.SerializerMethodField()

    class Meta(CaseRow.Meta):
        fields = [*CaseRow.Meta.fields, "waits_for", "reply_owed_by", "reply_late"]

    def get_waits_for(self, case: Case) -> str:
        """Whoever has to act."""
        return board.waits_for(case)

    def get_reply_late(self, case: Case) -> bool:
        """Whether that time is past."""
        owed = getattr(case, "reply_owed_by", None)
        return bool(owed and owed <= self.context["now"])


class WatchRow(serializers.Serializer[Any]):
    """An open supervision with its case."""

    case = CaseRow()
    supervision = serializers.SerializerMethodField()
    asked_unit = serializers.CharField(source="asked_unit.name", allow_null=True, default=None)
    waits_for = serializers.SerializerMethodField()

    @extend_schema_field(WatchSerializer)
    def get_supervision(self, row: Supervision) -> Mapping[str, Any]:
        """The supervision itself."""
        return WatchSerializer(watch_of(row, row.case, self.context["now"])).data

    def get_waits_for(self, row: Supervision) -> str:
        """Whoever has to act on the case."""
        return board.waits_for(row.case)


class FiguresSerializer(StrictSerializer):
    """What the board counts; levels are those of late cases, bureau and station who attached what is open."""

    late = serializers.IntegerField()
    level1 = serializers.IntegerField()
    level2 = serializers.IntegerField()
    level3 = serializers.IntegerField()
    owed = serializers.IntegerField(help_text="replies owed")
    owed_late = serializers.IntegerField(help_text="of them late")
    bureau = serializers.IntegerField()
    station = serializers.IntegerField()
