"""The headers a write carries: ``Idempotency-Key`` and ``If-Match``."""

import re

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from core.errors import BadInput
from core.services.idempotency import key_checked

_ETAG = re.compile(r'"v(\d{1,9})"', re.ASCII)


def etag_of(version: int) -> str:
    """The entity tag of a version, as sent and as expected back."""
    return f'"v{version}"'


def idempotency_key(request: Request) -> str:
    """The key the client made for this write.

    Raises:
        BadInput: none, or one that can't be kept.
    """
    return key_checked(str(request.headers.get("Idempotency-Key", "")).strip(), "Idempotency-Key")


def version_expected(request: Request) -> int | None:
    """The version named in ``If-Match``; None when the header is missing, which the service refuses.

    Raises:
        BadInput: not one strong entity tag of ours; ``*`` would decide on a case nobody looked at.
    """
    tag = request.headers.get("If-Match")
    if tag is None:
        return None
    match = _ETAG.fullmatch(str(tag).strip())
    if match is None:
        raise BadInput(
            _('If-Match names one version as the case\'s ETag gave it, such as "v3". Open the case again.'),
            field="If-Match",
        )
    return int(match.group(1))
