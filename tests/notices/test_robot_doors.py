"""Robots are looked after by administrators and heads of units; what opens a group is never shown."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from core.models import AuditEntry
from notices.models import Robot
from tests.api.calls import is_problem, post
from tests.cast import World
from tests.notices.people import a_robot
from tests.notices.sinks import WebSink, answer, web_sink

SECRET = "SEC-of-our-own-group"
KEY = "key=0f0f0f0f-1111"
FORM = {
    "unit": "cs-clean", "kind": "dingtalk", "name": "环卫群", "secret": SECRET,
    "groups": ["work", "deadlines"], "language": "zh-hans", "quiet_from": "21:00", "quiet_to": "07:00",
    "active": "on", "key": "k-1",
    "url": f"https://oapi.dingtalk.com/robot/send?{KEY}",
}  # fmt: skip


@pytest.fixture
def sink() -> Iterator[WebSink]:
    with web_sink() as made:
        yield made


@pytest.fixture
def door(world: World) -> Callable[[str], Client]:
    def client(who: str) -> Client:
        made = Client()
        made.force_login(world.people[who], backend="django.contrib.auth.backends.ModelBackend")
        return made

    return client


@pytest.fixture
def api(world: World) -> Callable[[str], APIClient]:
    def client(who: str) -> APIClient:
        made = APIClient(headers={"Accept-Language": "en"})
        made.force_login(world.people[who], backend="django.contrib.auth.backends.ModelBackend")
        return made

    return client


@pytest.mark.parametrize("who", ["admin", "clean_head"])
def test_a_robot_is_added_changed_and_removed_and_gives_nothing_away(door: Any, who: str) -> None:
    client = door(who)
    assert client.post("/notices/robots/add/", FORM).status_code == 302
    robot = Robot.objects.get()
    assert (robot.secret, robot.url, robot.groups) == (SECRET, FORM["url"], ["deadlines", "work"])
    address = f"/notices/robots/{robot.pk}/"
    shown = "".join(client.get(path).content.decode() for path in ("/notices/robots/", address))
    assert "oapi.dingtalk.com/…" in shown
    changed = FORM | {"name": "新名", "url": "", "secret": "", "groups": ["work"], "key": "k-2"}
    assert client.post(address, changed).status_code == 302
    robot.refresh_from_db()
    assert (robot.name, robot.secret, robot.url) == ("新名", SECRET, FORM["url"])
    assert client.get(f"{address}remove/").status_code == 200
    assert client.post(f"{address}remove/", {"key": "k-3"}).status_code == 302
    written = str(list(AuditEntry.objects.values()))
    assert not any(word in shown + written for word in (SECRET, KEY))
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")] == [
        "robot.add", "robot.change", "robot.remove",
    ]  # fmt: skip
    assert not Robot.objects.exists()


def test_a_new_address_comes_with_its_own_secret(door: Any, world: World) -> None:
    robot = a_robot(world.units["cs-clean"], "https://oapi.dingtalk.com", "dingtalk")
    moved = FORM | {"url": "https://oapi.dingtalk.com/robot/send?other", "secret": ""}
    door("admin").post(f"/notices/robots/{robot.pk}/", moved)
    robot.refresh_from_db()
    assert (robot.url, robot.secret) == (moved["url"], "")


def test_a_second_press_is_the_same_robot(door: Any) -> None:
    client = door("admin")
    for _time in range(2):
        assert client.post("/notices/robots/add/", FORM).status_code == 302
    assert Robot.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [{"url": ""}, {"url": "http://oapi.dingtalk.com/x"}, {"url": "https://evil.example/x"}, {"kind": "fax"},
     {"url": "https://169.254.169.254/"}, {"name": ""}, {"groups": ["reports"]}, {"quiet_to": ""},
     {"kind": "generic", "secret": "short"}, {"unit": "cs-green", "kind": "x"}, {"language": "fr"}],
)  # fmt: skip
def test_a_robot_that_can_not_be_is_a_sentence_beside_its_field(door: Any, api: Any, wrong: Any) -> None:
    answer = door("admin").post("/notices/robots/add/", FORM | wrong)
    assert answer.status_code == 400
    assert "errorlist" in answer.content.decode()
    sent = {n: v for n, v in (FORM | wrong).items() if n not in ("unit", "key", "active")}
    sent["quiet_to"] = sent["quiet_to"] or None
    assert is_problem(post(api("admin"), "units/cs-clean/robots/", sent), 400)
    assert not Robot.objects.exists()


@pytest.mark.parametrize("who", ["cleaner", "station", "officer"])
def test_others_look_after_no_robots(door: Any, api: Any, world: World, who: str) -> None:
    robot = a_robot(world.units["cs-clean"], "https://oapi.dingtalk.com")
    for path in ("", "add/", f"{robot.pk}/", f"{robot.pk}/remove/"):
        assert door(who).get(f"/notices/robots/{path}").status_code == 403
    assert door(who).post(f"/notices/robots/{robot.pk}/try/").status_code == 403
    assert is_problem(api(who).get("/api/v1/units/cs-clean/robots/"), 403)


@pytest.mark.parametrize("who", ["stranger_admin", "green_head"])
def test_nobody_looks_after_another_units_robots(door: Any, api: Any, world: World, who: str) -> None:
    robot = a_robot(world.units["cs-clean"], "https://oapi.dingtalk.com", name="环卫晨会群")
    client = door(who)
    assert robot.name not in client.get("/notices/robots/?unit=cs-clean").content.decode()
    assert client.post("/notices/robots/add/", FORM).status_code in (400, 404)
    for path in (f"{robot.pk}/", f"{robot.pk}/remove/"):
        assert client.get(f"/notices/robots/{path}").status_code == 404
        assert client.post(f"/notices/robots/{path}", FORM).status_code == 404
    assert client.post(f"/notices/robots/{robot.pk}/try/").status_code == 404
    for path in ("units/cs-clean/robots/", f"robots/{robot.pk}/"):
        assert is_problem(api(who).get(f"/api/v1/{path}"), 404)
    assert is_problem(post(api(who), f"robots/{robot.pk}/try/"), 404)
    assert Robot.objects.get().name == robot.name


def test_a_trial_says_what_came_of_it(door: Any, api: Any, world: World, sink: WebSink) -> None:
    robot = a_robot(world.units["cs-clean"], sink.url)
    client = door("clean_head")
    refused = b'{"errcode":93000,"errmsg":"invalid webhook url"}'
    sink.behave(answer(), answer(200, refused), answer(500))
    said = [client.post(f"/notices/robots/{robot.pk}/try/", follow=True).content.decode() for _ in "ab"]
    assert "测试" in sink.contents[0]
    assert "已送达，请到群里查看" in said[0]
    assert "93000" in said[1]
    assert "93000" in client.get("/notices/robots/").content.decode()
    result = post(api("admin"), f"robots/{robot.pk}/try/").json()
    assert (result["arrived"], "500" in result["error"]) == (False, True)


def test_trials_are_counted(api: Any, world: World, sink: WebSink, monkeypatch: Any) -> None:
    monkeypatch.setattr("notices.services.robots._TRIALS_PER_HOUR", 2)
    robot = a_robot(world.units["cs-clean"], sink.url)
    client = api("admin")
    codes = [post(client, f"robots/{robot.pk}/try/").status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert len(sink.came) == 2


def test_the_api_does_all_of_it(api: Any, world: World) -> None:
    client = api("clean_head")
    sent = {"kind": "wecom", "name": "群", "groups": ["work"], "url": "https://qyapi.weixin.qq.com/x?key=y"}
    made = post(client, "units/cs-clean/robots/", sent, key="k").json()
    assert post(client, "units/cs-clean/robots/", sent, key="k").json() == made
    (row,) = client.get("/api/v1/units/cs-clean/robots/").json()["results"]
    assert (row["host"], row["unit"], row["active"]) == ("qyapi.weixin.qq.com", "cs-clean", True)
    assert not {"url", "secret"} & set(row)
    address = f"robots/{made['robot']}/"
    change = {"kind": "wecom", "name": "改", "groups": []}
    assert post(client, address, change).status_code == 200
    assert client.get(f"/api/v1/{address}").json()["name"] == "改"
    assert post(client, f"{address}remove/").status_code == 200
    assert is_problem(client.get(f"/api/v1/{address}"), 404)
