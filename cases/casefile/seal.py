"""The seals of a case file: what shows that a part of it was changed outside, and which."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from core.history import canonical

SECTIONS = ("case", "parts", "plans", "photos", "events", "chain", "digest")


def seals_of(document: Mapping[str, Any]) -> dict[str, str]:
    """A keyed digest for each section, bound to the case and to the moment of the export."""
    return {section: _seal(document, section) for section in SECTIONS}


def broken_seals(document: Mapping[str, Any]) -> list[str]:
    """The sections that are not as they were sealed."""
    sealed = document["seals"]
    return [
        section
        for section in SECTIONS
        if not hmac.compare_digest(_seal(document, section).encode(), str(sealed.get(section)).encode())
    ]


def _seal(document: Mapping[str, Any], section: str) -> str:
    head = [document[name] for name in ("format", "version", "uuid", "number", "exported_at", "covered")]
    content = {"section": section, "head": head, "content": document.get(section)}
    return hmac.new(_key(), canonical(content), hashlib.sha256).hexdigest()


def _key() -> bytes:
    # Not SECRET_KEY, which may be changed at any time: a file is to be recognised after years.
    return hmac.new(settings.PERSON_SALT.encode(), b"citymgmt-case-file", hashlib.sha256).digest()
