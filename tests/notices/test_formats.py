"""WeCom, DingTalk and the signed webhook are spoken to as they document, and their answers understood."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from notices.models import ChannelDelivery
from tests.cast import NOW
from tests.notices.people import FACTS, a_person, a_robot, a_unit, drain, states, tell, wishes
from tests.notices.sinks import WebSink, answer, web_sink

pytestmark = pytest.mark.django_db
SECRET = "SECRETSECRETSECRET"


@pytest.fixture
def sink() -> Iterator[WebSink]:
    with web_sink() as made:
        yield made


@pytest.fixture
def people() -> list[Any]:
    unit = a_unit()
    quiet = a_person("wang", name="王五", phone="13700001111", unit=unit)
    wishes(quiet, robot_groups=["deadlines"])
    return [
        a_person("zhang", unit=unit), a_person("li", name="李四", phone="010-12345678", unit=unit), quiet
    ]  # fmt: skip


def test_wecom_is_told_in_one_text_and_names_people_by_mobile_number(sink: WebSink, people: Any) -> None:
    a_robot(people[0].unit, sink.url, "wecom")
    tell(*people, facts={"due": "2026-11-23T04:00:00+00:00"})
    drain()
    (came,) = sink.came
    assert came.path == "/send?key=k-1"
    assert came.headers["Content-Type"].startswith("application/json")
    body = came.json
    assert (body["msgtype"], set(body)) == ("text", {"msgtype", "text"})
    # Not by landline, and not whoever does not want it.
    assert body["text"]["mentioned_mobile_list"] == ["13812345678"]
    said = body["text"]["content"]
    for words in ("长寿环卫所", FACTS["number"], "暴露垃圾", "11-23 12:00", "张三、李四、王五"):
        assert words in said
    assert "正街" not in said
    assert "138" not in said


@pytest.mark.parametrize("kind", ["wecom", "dingtalk"])
def test_a_long_message_is_cut_at_whole_lines(sink: WebSink, people: Any, kind: str) -> None:
    a_robot(people[0].unit, sink.url, kind)
    for n in range(40):
        tell(people[0], cause=str(n), facts={"what": "很长的名称" * 12})
    drain()
    said = sink.contents[0]
    assert len(said.encode()) <= (2048 if kind == "wecom" else 4000)
    assert "…" in said.splitlines()[-2 if kind == "wecom" else -3]
    assert "http" in said
    assert set(states()) == {"sent"}


def test_dingtalk_is_signed_and_names_people_in_the_text_too(sink: WebSink, people: Any) -> None:
    a_robot(people[0].unit, sink.url, "dingtalk")
    tell(*people)
    drain()
    (came,) = sink.came
    assert came.json["at"] == {"atMobiles": ["13812345678"], "isAtAll": False}
    assert "@13812345678" in came.json["text"]["content"]
    asked = parse_qs(urlsplit(came.path).query)
    stamp = str(int(NOW.timestamp() * 1000))
    mac = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
    assert asked == {"key": ["k-1"], "timestamp": [stamp], "sign": [base64.b64encode(mac).decode()]}


def test_dingtalk_without_a_secret_goes_by_the_groups_other_rules(sink: WebSink, people: Any) -> None:
    a_robot(people[0].unit, sink.url, "dingtalk", secret="")
    tell(people[0])
    drain()
    assert sink.came[0].path == "/send?key=k-1"


def test_a_webhook_of_ones_own_is_signed_over_moment_and_body(sink: WebSink, people: Any) -> None:
    a_robot(people[0].unit, sink.url, "generic")
    tell(*people, kind="level2", facts={"level": 2, "due": "2026-11-23T04:00:00+00:00"}, urgent=True)
    drain()
    (came,) = sink.came
    stamp = came.headers["X-Citymgmt-Timestamp"]
    assert int(stamp) == int(NOW.timestamp())
    mac = hmac.new(SECRET.encode(), stamp.encode() + b"." + came.body, hashlib.sha256).hexdigest()
    assert came.headers["X-Citymgmt-Signature"] == f"sha256={mac}"
    assert came.json["key"] == came.headers["Idempotency-Key"]
    (notice,) = came.json["notices"]
    shown = {name: notice[name] for name in ("key", "kind", "group", "level", "urgent", "number", "due")}
    assert shown == {
        "key": "c1", "kind": "level2", "group": "supervision", "level": 2, "urgent": True,
        "number": FACTS["number"], "due": "2026-11-23T04:00:00+00:00",
    }  # fmt: skip
    assert [person["name"] for person in notice["people"]] == ["张三", "李四", "王五"]
    assert "正街" not in came.body.decode()


@pytest.mark.parametrize(
    ("kind", "code", "state", "wait"),
    [
        ("wecom", 93000, "dead", 0), ("wecom", 40058, "dead", 0), ("wecom", 45009, "pending", 60),
        ("wecom", -1, "pending", 5), ("dingtalk", 310000, "dead", 0), ("dingtalk", 300001, "dead", 0),
        ("dingtalk", 130101, "pending", 600), ("dingtalk", 410100, "pending", 600),
    ],
)  # fmt: skip
def test_a_robots_code_says_whether_it_is_worth_trying_again(
    sink: WebSink, people: Any, kind: str, code: int, state: str, wait: int
) -> None:
    a_robot(people[0].unit, sink.url, kind)
    sink.behave(answer(200, json.dumps({"errcode": code, "errmsg": "no"}).encode()), answer())
    tell(people[0])
    drain()
    assert states() == [state]
    assert str(code) in ChannelDelivery.objects.get().error
    if state == "pending":
        assert drain(wait - 1).sent == 0
        assert drain(wait * 1.25 + 1).sent == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"errcode":"x"}', b'{"ok":true}', b"[" * 5000])
def test_an_answer_that_is_no_robots_is_not_taken_for_success(
    sink: WebSink, people: Any, body: bytes
) -> None:
    a_robot(people[0].unit, sink.url, "wecom")
    sink.behave(answer(200, body), answer())
    tell(people[0])
    drain()
    assert states() == ["pending"]
    assert drain(10).sent == 1


def test_no_error_shows_the_address_or_the_secret(people: Any) -> None:
    robot = a_robot(people[0].unit, "https://not-listed.example")
    a_robot(people[0].unit, "http://127.0.0.1:1", "dingtalk")
    tell(people[0])
    drain()
    errors = list(ChannelDelivery.objects.values_list("error", flat=True))
    assert all(errors)
    assert not any(secret in error for error in errors for secret in ("k-1", SECRET, robot.url))


def test_a_robot_speaks_the_language_of_its_group(sink: WebSink, people: Any) -> None:
    a_robot(people[0].unit, sink.url, "wecom", language="en")
    tell(people[0])
    drain()
    assert "A case waits for you" in sink.contents[0]
