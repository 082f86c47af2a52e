"""Logging in and out, the lock-out, and one's own password, through the pages."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import PASSWORD

LOGIN = "/accounts/login/"


@pytest.fixture
def browser(world):
    return Client()


def test_the_right_password_opens_the_workbench(browser):
    answer = browser.post(LOGIN, {"username": "worker", "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("home")


def test_login_leads_back_to_the_page_asked_for(browser):
    assert browser.get("/cases/").headers["Location"] == f"{LOGIN}?next=/cases/"
    answer = browser.post(LOGIN, {"username": "worker", "password": PASSWORD, "next": "/cases/"})
    assert answer["Location"] == "/cases/"


def test_login_never_leads_off_the_site(browser):
    answer = browser.post(
        LOGIN, {"username": "worker", "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer["Location"] == reverse("home")


def test_a_wrong_password_keeps_the_name_and_says_so(browser):
    answer = browser.post(LOGIN, {"username": "worker", "password": "no"})
    assert answer.status_code == 200
    assert 'value="worker"' in answer.content.decode()
    assert "form-errors" in answer.content.decode()


def test_too_many_wrong_tries_lock_out_even_the_right_password(browser, settings):
    settings.AXES_FAILURE_LIMIT = 2
    answers = [browser.post(LOGIN, {"username": "worker", "password": "no"}) for _try in range(3)]
    assert answers[-1].status_code == 429
    assert browser.post(LOGIN, {"username": "worker", "password": PASSWORD}).status_code == 429


def tried(browser, door, username, password, address):
    given = {"username": username, "password": password}
    if door == LOGIN:
        return browser.post(LOGIN, given, REMOTE_ADDR=address).status_code
    return browser.post(door, given, content_type="application/json", REMOTE_ADDR=address).status_code


@pytest.mark.parametrize("door", [LOGIN, "/api/v1/login/"])
def test_many_names_tried_from_one_address_close_it_for_the_hour(browser, world, settings, door):
    settings.LOGIN_TRIES_PER_ADDRESS_PER_HOUR = 3
    for name in ("worker", "officer", "no-such-person"):
        assert tried(browser, door, name, "no", "2001:db8::1") != 429
    assert tried(browser, door, "station", PASSWORD, "2001:db8::ffff") == 429
    assert tried(browser, door, "station", PASSWORD, "2001:db8:0:1::1") in (200, 302)


@pytest.mark.parametrize("door", [LOGIN, "/api/v1/login/"])
def test_one_name_tried_from_many_addresses_closes_it_for_the_hour(browser, world, settings, door):
    settings.LOGIN_TRIES_PER_NAME_PER_HOUR = 3
    for n in range(3):
        assert tried(browser, door, "worker", "no", f"10.0.0.{n}") != 429
    assert tried(browser, door, "Worker", PASSWORD, "10.0.0.9") == 429
    assert tried(browser, door, "station", PASSWORD, "10.0.0.9") in (200, 302)


def test_right_logins_are_not_counted(browser, settings):
    settings.LOGIN_TRIES_PER_ADDRESS_PER_HOUR = settings.LOGIN_TRIES_PER_NAME_PER_HOUR = 1
    for _time in range(3):
        assert tried(browser, "/api/v1/login/", "worker", PASSWORD, "10.0.0.1") == 200


def test_logout_is_a_post(browser, world):
    browser.force_login(world.people["worker"], "django.contrib.auth.backends.ModelBackend")
    assert browser.get("/accounts/logout/").status_code == 405
    assert browser.post("/accounts/logout/").status_code == 302
    assert browser.get("/cases/").status_code == 302


def test_an_initial_password_is_to_be_changed_first(browser, world):
    person = world.people["worker"]
    person.must_change_password = True
    person.save()
    answer = browser.post(LOGIN, {"username": "worker", "password": PASSWORD})
    assert answer["Location"] == reverse("accounts:password")
    given = {"old": PASSWORD, "new": "four-large-lamps-9", "again": "four-large-lamps-9"}
    assert browser.post(reverse("accounts:password"), given).status_code == 302
    person.refresh_from_db()
    assert person.check_password("four-large-lamps-9")
    assert not person.must_change_password
    assert browser.get("/cases/").status_code == 200  # this session stays


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"old": "wrong", "new": "four-large-lamps-9", "again": "four-large-lamps-9"}, "old"),
        ({"old": PASSWORD, "new": "12345", "again": "12345"}, "new"),
        ({"old": PASSWORD, "new": "four-large-lamps-9", "again": "five-large-lamps-9"}, "again"),
    ],
)
def test_a_bad_new_password_is_refused_at_its_field(browser, world, given, field):
    browser.force_login(world.people["worker"], "django.contrib.auth.backends.ModelBackend")
    answer = browser.post(reverse("accounts:password"), given)
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    world.people["worker"].refresh_from_db()
    assert world.people["worker"].check_password(PASSWORD)
