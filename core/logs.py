"""No log line and no error report says who reported: phone numbers and personal fields are covered.

The cover is put on where a record is made, so that it holds for every handler: the console, the queue's own
loggers, one that an operator adds.
"""

import logging
import re
import traceback
from collections.abc import ItemsView
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

from core.masking import GONE, without_phones

_FIELDS = (
    "reporter_name|reporter_phone|phone|description|address|text|words|result|reason|measures|comments|strike"
)
_VALUE = r"""\[[^\]\n]*\]|\{[^}\n]*\}|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^\s,;&)\]}'"]+"""
# A field with its value as Python, JSON, a form or an address writes it.
_FIELD = re.compile(rf"""(\b(?:{_FIELDS})['"]?\s*[:=]\s*)(?:{_VALUE})""")
# What PostgreSQL adds to a refusal: the whole row, or the value of the key.
_ROW = re.compile(r"(Failing row contains )\(.*\)")
_KEY = re.compile(r"(Key \([^)]*\)=)\(.*?\)")


def covered(text: str) -> str:
    """The text as it may be logged."""
    for pattern in (_ROW, _KEY):
        text = pattern.sub(rf"\1({GONE})", text)
    return without_phones(_FIELD.sub(rf"\1{GONE}", text))


def record_covered(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """A log record whose message and traceback are covered already."""
    record = logging.LogRecord(*args, **kwargs)
    message = _message(record)
    clean = covered(message)
    if clean != message:
        record.msg, record.args = clean, ()
    if record.exc_info and record.exc_info[0]:
        # Formatters take the text that stands here before they make their own.
        record.exc_text = covered("".join(traceback.format_exception(*record.exc_info)).rstrip("\n"))
    return record


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        # Logging reports arguments that do not fit in its own way.
        return str(record.msg)


def install() -> None:
    """Have every record of this process made covered."""
    logging.setLogRecordFactory(record_covered)


class ErrorReportFilter(SafeExceptionReporterFilter):
    """Error reports, mailed or shown while developing, without what was sent and what the code held."""

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """The names of the fields alone."""
        return {} if request is None else dict.fromkeys(request.POST, self.cleansed_substitute)

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: Any
    ) -> ItemsView[str, Any]:
        """The names of the variables alone: any of them may hold a report."""
        return dict.fromkeys(tb_frame.f_locals, self.cleansed_substitute).items()

    def get_safe_request_meta(self, request: HttpRequest) -> dict[str, Any]:
        """As usual, without phone numbers in the address."""
        return {name: covered(str(held)) for name, held in super().get_safe_request_meta(request).items()}
