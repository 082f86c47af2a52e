"""A password somebody else knows opens nothing but the page to change it."""

import pytest
from django.test import Client

from tests.cast import PASSWORD, World


@pytest.fixture
def newcomer(world: World) -> Client:
    person = world.people["officer"]
    person.must_change_password = True
    person.save(update_fields=["must_change_password"])
    browser = Client()
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return browser


@pytest.mark.parametrize("path", ["/", "/cases/", "/notices/", "/cases/report/"])
def test_every_page_leads_to_the_password_page(newcomer: Client, path: str) -> None:
    answer = newcomer.get(path)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/")


@pytest.mark.parametrize("path", ["/api/v1/cases/", "/api/v1/me/"])
def test_the_api_says_why_it_refuses(newcomer: Client, path: str) -> None:
    answer = newcomer.get(path)
    assert answer.status_code == 403
    assert answer.json()["code"] == "initial_password"


def test_a_form_sent_meanwhile_is_refused(newcomer: Client) -> None:
    assert newcomer.post("/cases/report/", {"description": "x"}).status_code == 403


def test_no_token_is_given_for_it(newcomer: Client) -> None:
    given = {"username": "officer", "password": PASSWORD}
    answer = Client().post("/api/v1/login/", given, content_type="application/json")
    assert answer.status_code == 403
    assert "token" not in answer.json()


def test_after_the_change_everything_opens(newcomer: Client) -> None:
    fresh = "three-lamps-in-a-row"
    names = list(newcomer.get("/accounts/password/").context["form"].fields)
    newcomer.post("/accounts/password/", dict(zip(names, [PASSWORD, fresh, fresh], strict=True)))
    assert newcomer.get("/cases/").status_code == 200
