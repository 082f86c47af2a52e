"""The frame of the pages draws itself for strangers, for errors without any context, and for people."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import connection
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from citymgmt.context import chrome
from citymgmt.styleguide import StyleGuide
from core.errors import Stale
from tests.cast import NOW

STATUSES = (400, 403, 404, 409, 412, 413, 428, 429, 500)


class Person:
    """Somebody logged in; the frame asks for no more than this."""

    is_authenticated, pk = True, 7

    def __str__(self) -> str:
        return "何建国"


class Scopes:
    roles = frozenset({Role.OFFICER, Role.GRID_WORKER})
    at = NOW


@pytest.fixture
def request_():
    request = RequestFactory().get("/somewhere/")
    request.user = AnonymousUser()
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return request


@pytest.mark.parametrize("status", STATUSES)
def test_a_bare_error_page_says_what_to_do_without_any_context(status):
    page = render_to_string(f"errors/{status}.html")
    assert f'<p class="sentence-code">{status}</p>' in page
    sentence = page.split('<p class="sentence-detail">')[1].split("</p>")[0]
    assert len(sentence) > 10


def test_a_refusal_shows_its_own_sentence(request_):
    page = render_to_string("errors/sentence.html", {"error": Stale("Somebody was quicker.")}, request_)
    assert "Somebody was quicker." in page
    assert ">412<" in page


def test_the_style_guide_draws_every_part(request_):
    page = render_to_string("styleguide.html", StyleGuide().get_context_data(), request_)
    for part in (
        "lamp-red",
        "line-municipal",
        "timeline-item",
        "data-compare",
        "data-pick-box",
        "data-classpick",
    ):
        assert part in page


def test_a_stranger_gets_no_count_and_no_roles(request_):
    told = chrome(request_)["chrome"]
    assert (told["unread"], told["role_names"], told["user_name"]) == (0, [], "")


def test_a_request_refused_before_the_session_was_read_still_gets_a_frame():
    assert chrome(RequestFactory().get("/"))["chrome"]["tabs"] is not None


@pytest.mark.django_db
def test_somebody_logged_in_sees_name_roles_and_count(request_):
    request_.user, request_.access = Person(), Scopes()
    with CaptureQueriesContext(connection) as queries:
        told = chrome(request_)["chrome"]
        assert told["user_name"] == "何建国"
        assert len(told["role_names"]) == 2
        assert told["unread"] == 0
    assert len(queries) == 1


def test_the_demo_says_that_nothing_is_real(request_):
    with override_settings(DEMO=True):
        assert 'class="demo-banner"' in render_to_string("errors/404.html", {}, request_)
    with override_settings(DEMO=False):
        assert 'class="demo-banner"' not in render_to_string("errors/404.html", {}, request_)
