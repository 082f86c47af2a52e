"""Everybody's own wishes and address, by page and by API."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.leavers import user_pseudonymise
from core.models import AuditEntry
from notices.models import Preference
from notices.services.preferences import email_confirm
from notices.wishes import person_of
from tests.api.calls import is_problem, post
from tests.cast import NOW, World
from tests.notices.people import a_person, tell

pytestmark = pytest.mark.django_db
WISHES = {
    "language": "en", "email_groups": ["work", "deadlines"], "robot_groups": [], "quiet_from": "22:00",
    "quiet_to": "06:30",
}  # fmt: skip


@pytest.fixture
def zhang(db: None) -> User:
    return a_person()


def page(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def api() -> Any:
    def client(user: User) -> APIClient:
        made = APIClient(headers={"Accept-Language": "en"})
        made.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return made

    return client


def link_in(letter: Any) -> str:
    found = re.search(r"/notices/email/\S+/", letter.body)
    assert found
    return found[0]


def test_wishes_are_shown_and_kept(zhang: User) -> None:
    client = page(zhang)
    assert client.get("/notices/settings/").status_code == 200
    answer = client.post("/notices/settings/", WISHES)
    assert (answer.status_code, answer["Location"]) == (302, "/notices/settings/")
    kept = Preference.objects.get(user=zhang)
    assert (kept.language, kept.email_groups, kept.robot_groups) == ("en", ["deadlines", "work"], [])
    assert (str(kept.quiet_from), str(kept.quiet_to)) == ("22:00:00", "06:30:00")
    assert 'value="22:00"' in client.get("/notices/settings/").content.decode()
    client.post("/notices/settings/", WISHES | {"quiet_from": "", "quiet_to": ""})
    assert person_of(User.objects.get(pk=zhang.pk)).quiet is None


@pytest.mark.parametrize(
    "wrong",
    [{"language": "fr"}, {"email_groups": ["nonsense"]}, {"robot_groups": ["reports"]}, {"quiet_from": ""},
     {"quiet_to": "22:00"}, {"quiet_from": "25:00"}],
)  # fmt: skip
def test_wishes_that_can_not_be_are_a_sentence_by_page_and_by_api(zhang: User, api: Any, wrong: Any) -> None:
    answer = page(zhang).post("/notices/settings/", WISHES | wrong)
    assert answer.status_code == 400
    assert "errorlist" in answer.content.decode()
    given = {name: held or None for name, held in (WISHES | wrong).items() if name.startswith("quiet")}
    sent = WISHES | wrong | given | {"robot_groups": wrong.get("robot_groups", [])}
    assert is_problem(post(api(zhang), "notices/preferences/", sent), 400)
    assert not Preference.objects.exists()


def test_the_api_gives_and_takes_the_same(zhang: User, api: Any) -> None:
    client = api(zhang)
    first = client.get("/api/v1/notices/preferences/").json()
    assert first == {
        "language": "zh-hans", "email_groups": ["deadlines", "decisions", "supervision", "work"],
        "robot_groups": ["deadlines", "decisions", "supervision", "work"], "quiet_from": "18:00",
        "quiet_to": "09:00", "email": "",
    }  # fmt: skip
    for _time in range(2):
        answer = post(client, "notices/preferences/", WISHES)
        assert answer.json() == WISHES | {"email_groups": ["deadlines", "work"], "email": ""}


def test_nothing_goes_to_an_address_before_its_link_was_followed(zhang: User, mailoutbox: Any) -> None:
    client = page(zhang)
    client.post("/notices/settings/email/", {"email": "zhang@city.example"})
    (letter,) = mailoutbox
    assert letter.to == ["zhang@city.example"]
    assert person_of(User.objects.get(pk=zhang.pk)).email == ""
    assert User.objects.get(pk=zhang.pk).email == ""
    # A look at the link, as a mail scanner takes one, confirms nothing.
    path = link_in(letter)
    assert client.get(path).status_code == 200
    assert User.objects.get(pk=zhang.pk).email == ""
    assert client.post(path).status_code == 302
    assert person_of(User.objects.get(pk=zhang.pk)).email == "zhang@city.example"
    assert "zhang@city.example" in client.get("/notices/settings/").content.decode()
    assert "zhang@city.example" not in str(list(AuditEntry.objects.values()))
    client.post("/notices/settings/email/", {"remove": "1"})
    assert User.objects.get(pk=zhang.pk).email == ""


def test_a_link_is_good_for_its_own_person_and_two_days(zhang: User, mailoutbox: Any) -> None:
    other = a_person("li")
    page(zhang).post("/notices/settings/email/", {"email": "zhang@city.example"})
    path = link_in(mailoutbox[0])
    assert page(other).post(path).status_code == 400
    assert Client().post(path).status_code == 302  # to the login
    assert page(zhang).post("/notices/email/forged:token/").status_code == 400
    with pytest.raises(Exception, match=r"not valid any more|失效"):
        email_confirm(user=zhang, token=path.split("/")[3], now=NOW + timedelta(days=4000))
    assert not User.objects.exclude(email="").exists()


def test_the_api_confirms_too(zhang: User, api: Any, mailoutbox: Any) -> None:
    client = api(zhang)
    asked = post(client, "notices/preferences/email/", {"email": "z@city.example"})
    assert asked.status_code == 204
    token = link_in(mailoutbox[0]).split("/")[3]
    answer = post(client, "notices/preferences/email/confirm/", {"token": token})
    assert answer.json()["email"] == "z@city.example"
    assert post(client, "notices/preferences/email/", {"email": ""}).status_code == 204
    assert User.objects.get(pk=zhang.pk).email == ""


@pytest.mark.parametrize("address", ["", "zhang", "zhang@", "a@b@c.example", "x" * 250 + "@city.example"])
def test_what_is_no_address_is_a_sentence(zhang: User, mailoutbox: Any, address: str) -> None:
    assert page(zhang).post("/notices/settings/email/", {"email": address}).status_code == 400
    assert mailoutbox == []


def test_nobody_floods_a_strangers_mailbox(zhang: User, mailoutbox: Any) -> None:
    client = page(zhang)
    codes = [
        client.post("/notices/settings/email/", {"email": "victim@city.example"}).status_code
        for _time in range(7)
    ]
    assert codes == [302] * 5 + [429] * 2
    assert len(mailoutbox) == 5


def test_a_mail_server_that_is_away_is_said_at_once(zhang: User, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    answer = page(zhang).post("/notices/settings/email/", {"email": "zhang@city.example"})
    assert answer.status_code == 400
    assert "ConnectionRefusedError" in answer.content.decode()


def test_whoever_is_forgotten_leaves_no_address(zhang: User, mailoutbox: Any) -> None:
    client = page(zhang)
    client.post("/notices/settings/email/", {"email": "zhang@city.example"})
    client.post(link_in(mailoutbox[0]))
    User.objects.filter(pk=zhang.pk).update(is_active=False)
    user_pseudonymise(user=zhang, now=NOW, actor_id=None)
    kept = User.objects.select_related("preference").get(pk=zhang.pk)
    assert "zhang@" not in str(kept.__dict__) + str(kept.preference.__dict__)
    assert person_of(kept).email == ""


def test_the_inbox_is_narrowed_by_group_and_reading(world: World) -> None:
    officer = world.people["officer"]
    tell(officer, kind="warning", cause="w", urgent=True)
    tell(officer, kind="closed", cause="c")
    client = page(officer)
    counts = {
        query: client.get(f"/notices/{query}").content.decode().count('class="notice-words"')
        for query in ("", "?unread=1", "?group=deadlines", "?group=privacy", "?group=nonsense")
    }
    assert counts == {"": 2, "?unread=1": 2, "?group=deadlines": 1, "?group=privacy": 0, "?group=nonsense": 2}
    client.post("/notices/read/")
    assert 'class="notice-words"' not in client.get("/notices/?unread=1").content.decode()
    rows = client.get("/api/v1/notices/?group=deadlines").json()["results"]
    assert [(row["kind"], row["group"], row["urgent"]) for row in rows] == [("warning", "deadlines", True)]
