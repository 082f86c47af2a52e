"""Letters through a real mail server: what stands in them, and what its refusals mean."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from notices.models import ChannelDelivery
from tests.notices.people import ADDRESS, FACTS, a_reader, drain, gate, states, tell
from tests.notices.sinks import MailSink, body_of, mail_sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(settings: Any) -> Iterator[MailSink]:
    settings.SITE_URL = "https://city.example"
    with mail_sink(settings) as made:
        yield made


def test_a_letter_says_what_the_inbox_says_as_text_and_as_html(post: MailSink) -> None:
    tell(a_reader(), facts={"what": "暴露<b>垃圾"})
    assert drain().sent == 1
    (letter,) = post.letters
    assert letter["To"] == ADDRESS
    assert FACTS["number"] in letter["Subject"]
    assert "城管" in letter["Subject"]
    text, html = body_of(letter), body_of(letter, "html")
    assert f"https://city.example/cases/{FACTS['number']}/" in text
    assert "暴露<b>垃圾 正街1号" in text
    assert "暴露&lt;b&gt;垃圾" in html
    assert 'lang="zh-hans"' in html
    assert letter["Auto-Submitted"] == "auto-generated"


def test_it_is_written_in_the_readers_language(post: MailSink) -> None:
    reader = a_reader()
    reader.preference.language = "en"
    reader.preference.save()
    tell(reader, kind="warning", facts={"due": "2026-11-23T04:00:00+00:00"})
    drain()
    assert post.letters[0]["Subject"].startswith("[City management] A deadline is near")
    assert "is due 2026-11-23 12:00" in body_of(post.letters[0])


def test_what_waited_together_is_one_letter(post: MailSink) -> None:
    reader = a_reader()
    for cause in "abc":
        tell(reader, cause=cause)
    assert drain().sent == 3
    (letter,) = post.letters
    assert body_of(letter).count(f"/cases/{FACTS['number']}/") == 3
    assert "3" in letter["Subject"]


def test_a_letter_sent_twice_has_the_same_message_id(post: MailSink) -> None:
    tell(a_reader())
    drain()
    ChannelDelivery.objects.update(state="pending", settled_at=None)
    drain(1)
    first, second = (letter["Message-ID"] for letter in post.letters)
    assert first == second


@pytest.mark.parametrize(("code", "state"), [("550 no such user", "dead"), ("451 later", "pending")])
def test_a_refused_address_is_this_letters_fault_alone(post: MailSink, code: str, state: str) -> None:
    other = a_reader("li", "li@city.example")
    tell(a_reader(), other)
    post.refusals[ADDRESS] = code
    drain()
    assert states() == [state, "sent"]
    error = ChannelDelivery.objects.exclude(error="").get().error
    assert code[:3] in error
    assert ADDRESS not in error


def test_a_mail_server_that_is_busy_is_tried_by_one_letter_until_it_is_back(post: MailSink) -> None:
    readers = [a_reader(f"r{n}", f"r{n}@city.example") for n in range(12)]
    post.busy = "421 too busy"
    tell(*readers)
    assert drain().failed == 8  # those under way at the same moment
    assert drain(1).failed == 0
    assert drain(20).failed == 1
    post.busy = ""
    assert drain(60).sent == 12
    assert gate("email").failures == 0


def test_without_a_mail_server_everything_waits(settings: Any) -> None:
    tell(a_reader())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free.getsockname()[1]
        drain()
    assert states() == ["pending"]
    with mail_sink(settings) as sink:
        assert drain(timedelta(hours=8)).sent == 1
    assert len(sink.letters) == 1


def test_an_address_changed_meanwhile_gets_nothing(post: MailSink) -> None:
    reader = a_reader()
    tell(reader)
    reader.email = "other@city.example"
    reader.save()
    drain()
    assert (states(), post.letters) == (["dropped"], [])


def test_words_with_line_breaks_make_no_header(post: MailSink) -> None:
    tell(a_reader(), facts={"number": "1\r\nBcc: evil@evil.example", "what": "a\r\n.\r\nb"})
    assert drain().sent == 1
    assert post.letters[0]["Bcc"] is None
