"""Shapes of cases on a map, and of counts."""

from typing import Any

from rest_framework import serializers


class PointGeometry(serializers.Serializer[Any]):
    """A GeoJSON point in WGS 84."""

    type = serializers.CharField(help_text="Point")
    coordinates = serializers.ListField(child=serializers.FloatField(), help_text="lon, lat")


class CaseProperties(serializers.Serializer[Any]):
    """A case, or with ``count`` above 1 a cell of several."""

    count = serializers.IntegerField()
    number = serializers.CharField(required=False)
    stage = serializers.CharField(required=False)
    track = serializers.CharField(required=False)
    line = serializers.CharField(required=False)
    class_name = serializers.CharField(required=False)
    opened_at = serializers.CharField(required=False)
    lamp = serializers.CharField(required=False)


class CaseFeature(serializers.Serializer[Any]):
    """One GeoJSON feature."""

    type = serializers.CharField(help_text="Feature")
    geometry = PointGeometry()
    properties = CaseProperties()


class CaseCollection(serializers.Serializer[Any]):
    """A GeoJSON feature collection; ``clustered`` when cells are counted instead of cases drawn."""

    type = serializers.CharField(help_text="FeatureCollection")
    clustered = serializers.BooleanField()
    features = CaseFeature(many=True)


class StageCount(serializers.Serializer[Any]):
    """How many cases stand in a stage, and how many of them are under each lamp."""

    stage = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()
    green = serializers.IntegerField()
    yellow = serializers.IntegerField()
    red = serializers.IntegerField()
    grey = serializers.IntegerField()
