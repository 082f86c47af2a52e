"""Shapes of the lists somebody keeps."""

from rest_framework import serializers

from cases.models import SavedFilter
from core.serializers import StrictSerializer


class SavedFilterSerializer(serializers.ModelSerializer[SavedFilter]):
    """A list under a name; ``query`` is what follows the question mark, as the list's own page has it."""

    class Meta:
        model = SavedFilter
        fields = ["id", "name", "query", "kept_at"]


class SavedFilterInput(StrictSerializer):
    """What to keep; the same name again holds the new list."""

    name = serializers.CharField(max_length=40)
    query = serializers.CharField(
        max_length=4000, help_text="filters of the list, e.g. stage=plan&street=500115001"
    )
