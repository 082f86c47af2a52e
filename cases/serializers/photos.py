"""The shape of an upload."""

from rest_framework import serializers

from core.serializers import StrictSerializer


class UploadInput(StrictSerializer):
    """One photo; ``id`` is the client's own, so that a repeated upload is one photo."""

    # The pixels are looked at by the service; here only that there is a file.
    file = serializers.FileField(max_length=500, allow_empty_file=True)
    id = serializers.UUIDField(required=False)


class PublicUploadInput(StrictSerializer):
    """One photo of a stranger."""

    file = serializers.FileField(max_length=500, allow_empty_file=True)
