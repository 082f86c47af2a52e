"""The JSON document in a file somebody sent, whatever that file is. Bounded in bytes, depth and inflation."""

import json
import re
import zlib
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import TooLarge

MOST_BYTES = 8 * 1024 * 1024
_MOST_JSON = 4 * 1024 * 1024
_MOST_DEPTH = 20
_MOST_STREAMS = 5
_EMBEDDED = re.compile(rb"/Type\s*/EmbeddedFile\b")
_STREAM = re.compile(rb"stream\r?\n")
# How far from its type the dictionary of a stream begins and ends.
_DICTIONARY = 2000


def check_size(size: int) -> None:
    """Refuse by the announced size, before anything is read.

    Raises:
        TooLarge: more than any case file has.
    """
    if size > MOST_BYTES:
        sentence = _("A case file has at most %(most)d MB; this one is larger.")
        raise TooLarge(sentence % {"most": MOST_BYTES // 1024 // 1024})


def is_pdf(data: bytes) -> bool:
    """Whether these bytes claim to be a PDF."""
    return b"%PDF-" in data[:1024]


def document_in(data: bytes) -> dict[str, Any] | None:
    """The JSON object in the bytes of a JSON file, or of a PDF that carries one; None when there is none."""
    if not is_pdf(data):
        return _parsed(data)
    return next((found for raw in _attached(data) if (found := _parsed(raw))), None)


def _attached(data: bytes) -> Iterator[bytes]:
    """The first few files embedded in a PDF, inflated as far as a case file can be large.

    A PDF is not interpreted: only the streams of its embedded files are looked at.
    """
    for count, found in enumerate(_EMBEDDED.finditer(data)):
        start = _STREAM.search(data, found.end(), found.end() + _DICTIONARY)
        if count == _MOST_STREAMS or start is None:
            return
        end = data.find(b"endstream", start.end())
        if end < 0:
            return
        head = data[max(0, found.start() - _DICTIONARY) : start.start()]
        head = head[head.rfind(b" obj") :]
        raw = data[start.end() : end]
        yield _inflated(raw) if b"FlateDecode" in head else raw


def _inflated(raw: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(raw, _MOST_JSON + 1)
    except zlib.error:
        return b""


def _parsed(raw: bytes) -> dict[str, Any] | None:
    if not raw or len(raw) > _MOST_JSON:
        return None
    try:
        found = json.loads(raw.decode("utf-8-sig"), parse_constant=_refused, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and _is_shallow(found) else None


def _refused(name: str) -> None:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that names nothing twice: two readers could take two different values."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _is_shallow(value: Any) -> bool:
    layer, depth = [value], 0
    while layer and depth <= _MOST_DEPTH:
        layer = [
            inner
            for held in layer
            for inner in (held.values() if isinstance(held, dict) else held)
            if isinstance(inner, dict | list)
        ]
        depth += 1
    return not layer
