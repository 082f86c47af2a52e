"""What the API's doors share: one shape of refusals, strict input, headers, pages, the OpenAPI schema."""

from core.api.headers import etag_of, idempotency_key, version_expected
from core.api.problems import problem_handler
from core.api.views import ApiView, PublicView

__all__ = ["ApiView", "PublicView", "etag_of", "idempotency_key", "problem_handler", "version_expected"]
