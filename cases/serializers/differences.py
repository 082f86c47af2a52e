"""Shapes of two versions of a plan compared."""

from typing import Any

from rest_framework import serializers

from cases.plan_difference import CHANGES, PRESENCES
from cases.serializers.case import UnitRef
from core.serializers import StrictSerializer


class DifferenceQuery(StrictSerializer):
    """Which versions: the newest against the one before when left out."""

    old = serializers.IntegerField(required=False, min_value=1, max_value=32767)
    new = serializers.IntegerField(required=False, min_value=1, max_value=32767)


class PieceShape(serializers.Serializer[Any]):
    """A run of a measure's text."""

    change = serializers.ChoiceField(choices=PRESENCES)
    text = serializers.CharField()


class MeasureChangeShape(serializers.Serializer[Any]):
    """One measure with its numbers in the two versions."""

    change = serializers.ChoiceField(choices=CHANGES)
    old = serializers.IntegerField(allow_null=True)
    new = serializers.IntegerField(allow_null=True)
    pieces = PieceShape(many=True)


class UnitChangeShape(serializers.Serializer[Any]):
    """One assisting unit."""

    change = serializers.ChoiceField(choices=PRESENCES)
    unit = UnitRef()


class PlanFactsShape(serializers.Serializer[Any]):
    """What frames the measures of one version."""

    version = serializers.IntegerField()
    lead_unit = UnitRef()
    finish_by = serializers.DateTimeField()


class DifferenceShape(serializers.Serializer[Any]):
    """What changed from ``old`` to ``new``."""

    same = serializers.BooleanField()
    old = PlanFactsShape()
    new = PlanFactsShape()
    measures = MeasureChangeShape(many=True)
    assisting = UnitChangeShape(many=True)
    lead_changed = serializers.BooleanField()
    finish_changed = serializers.BooleanField()
