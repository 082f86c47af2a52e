"""Looking at a page as somebody else sees it: the real view, asked in their name, to be read only.

Its addresses exist in the one-command start alone. What is seen through it can't be acted on: the
frame around it lets no form be sent, and nothing but GET comes through here.
"""

import copy
import re
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve

from citymgmt.demo.tour import PEOPLE, Tour
from grids.access import Access

# Pages that name no case, and pages of the story's own.
_ANYWHERE = frozenset(
    {
        "home", "cases:list", "cases:report", "cases:areas_map", "cases:conditions", "cases:photo",
        "cases:photo_small",
    }
)  # fmt: skip
_OF_THE_CASE = frozenset({"cases:detail", "cases:place", "cases:step"})
_OURS = re.compile(rb'="/cases/')
_BANNER = re.compile(rb'<section class="demo-banner".*?</section>', re.DOTALL)


def seen_by(request: HttpRequest, tour: Tour, access: Access, path: str) -> HttpResponseBase:
    """The page at ``path`` as the person with this access sees it. Raises Http404 for any other page."""
    match = _allowed(tour, path)
    answer = match.func(_asked_by(request, access, path, match), *match.args, **match.kwargs)
    if not answer.streaming and answer.get("Content-Type", "").startswith("text/html"):
        answer.content = framed(answer.content, request.path.removesuffix(path).encode())
    return answer  # type: ignore[no-any-return]


def refused_by(request: HttpRequest, page: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """A page that says why something can't be seen, as it may stand in a frame."""
    asked = copy.copy(request)
    vars(asked)["_messages"] = []
    answer = page(asked)
    answer.content = framed(answer.content, b"")
    return answer


def framed(page: bytes, prefix: bytes) -> bytes:
    """The page with its own photos and maps fetched through the glass, and links that lead nowhere."""
    page = _OURS.sub(b'="' + prefix + b"/cases/", page)
    # The page around it says already that nothing is real.
    page = _BANNER.sub(b"", page, count=1)
    return page.replace(b"<head>", b'<head><base target="_blank">', 1)


def check_person(username: str) -> str:
    """The login, if it takes part in the story. Raises Http404."""
    if username not in PEOPLE:
        raise Http404
    return username


def _allowed(tour: Tour, path: str) -> ResolverMatch:
    try:
        match = resolve(path)
    except Resolver404 as error:
        raise Http404 from error
    number = tour.case.number if tour.case else ""
    of_it = match.view_name in _OF_THE_CASE and match.kwargs["number"] == number
    if match.view_name in _ANYWHERE or of_it:
        return match
    raise Http404


def _asked_by(request: HttpRequest, access: Access, path: str, match: ResolverMatch) -> HttpRequest:
    asked = copy.copy(request)
    asked.path = asked.path_info = path
    asked.resolver_match = match
    # The visitor's own messages are not for this page to show and forget.
    for name, value in (("user", access.user), ("access", access), ("_messages", [])):
        setattr(asked, name, value)
    return asked
