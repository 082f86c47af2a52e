"""Bodies: JSON objects and multipart uploads, bounded and of clean text."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import JSONParser, MultiPartParser

from core.api.text import check_text, most_bytes, too_large
from core.errors import BadInput


class StrictJSONParser(JSONParser):
    """One JSON object of at most ``DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes in UTF-8."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The object.

        Raises:
            BadInput: no JSON, no object, or text that can't be kept.
            TooLarge: more bytes than are taken, whatever was announced.
        """
        most = most_bytes(multipart=False)
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise too_large(multipart=False)
        try:
            data = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise BadInput(_("The body can't be read as JSON. Check quotes, commas and brackets.")) from None
        if not isinstance(data, dict):
            raise BadInput(_("Send one JSON object, with names and values."))
        check_text(data)
        return data


class UploadParser(MultiPartParser):
    """multipart/form-data with one photo; its size is refused by the announced length before."""


def _no_constant(name: str) -> None:
    raise ValueError(name)
