"""What the pages of cases share: the person's scopes, the version of a form, problems as JSON."""

from django.http import HttpRequest, JsonResponse, QueryDict

from core.errors import CityError
from grids.access import Access


def access_of(request: HttpRequest) -> Access:
    """The scopes the middleware computed."""
    access: Access = request.access  # type: ignore[attr-defined]
    return access


def version_of(post: QueryDict) -> int | None:
    """The version of the case the form was shown for."""
    return number_in(post.get("version", ""))


def number_in(text: str) -> int | None:
    """A whole number below a thousand million as typed; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def problem(error: CityError) -> JsonResponse:
    """A refusal as RFC 9457 problem details, for scripts."""
    body = {
        "type": f"urn:citymgmt:{error.code}",
        "title": str(error.title),
        "status": error.status,
        "detail": str(error.detail),
    }
    answer = JsonResponse(body, status=error.status, content_type="application/problem+json")
    if wait := error.extra.get("retry_after"):
        answer["Retry-After"] = str(wait)
    return answer
