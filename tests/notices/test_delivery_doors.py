"""Administrators see what was given up and why, of their own district, and never which case it was."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from core.models import AuditEntry
from notices.health import deliveries_finding
from notices.models import ChannelDelivery
from tests.api.calls import is_problem, post
from tests.cast import NOW, World
from tests.notices.people import ADDRESS, FACTS, a_robot, drain, states, tell, wishes


@pytest.fixture
def dead(world: World) -> list[int]:
    """Two letters and a group message that were given up, and a letter in another district."""
    reached = [world.people[name] for name in ("cleaner", "gardener", "stranger_officer")]
    for user in reached:
        user.email = f"{user.username}@city.example"
        user.save()
        wishes(user)
    robot = a_robot(world.units["cs-clean"], "https://not-listed.example")
    tell(*reached)
    drain()
    ChannelDelivery.objects.update(
        state="dead", settled_at=NOW, error="the mail server answered 550", attempts=3
    )
    assert ChannelDelivery.objects.filter(target=f"robot:{robot.pk}").count() == 1
    return list(ChannelDelivery.objects.order_by("pk").values_list("pk", flat=True))


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


def test_the_page_says_what_to_whom_and_why_but_not_which_case(door: Any, dead: Any) -> None:
    shown = door("admin").get("/notices/deliveries/").content.decode()
    assert shown.count("the mail server answered 550") == 3
    assert all(word in shown for word in ("环卫经办", "园林经办", "工作群", "有案件待您办理"))
    assert not any(word in shown for word in (FACTS["number"], "正街", "外区队员", ADDRESS.split("@")[1]))


@pytest.mark.parametrize("who", ["station", "clean_head", "bureau"])
def test_others_do_not_see_it(door: Any, api: Any, dead: Any, who: str) -> None:
    assert door(who).get("/notices/deliveries/").status_code == 403
    assert door(who).post("/notices/deliveries/retry/", {"channel": "email"}).status_code == 403
    assert door(who).post("/notices/deliveries/drop/?channel=email", {"reason": "x"}).status_code == 403
    assert is_problem(post(api(who), "deliveries/retry/", {"channel": "email"}), 403)
    assert set(states()) == {"dead"}


def test_one_or_all_of_a_channel_go_out_again(door: Any, dead: Any) -> None:
    client = door("admin")
    letters = ChannelDelivery.objects.filter(channel="email").order_by("pk")
    assert client.post("/notices/deliveries/retry/", {"id": letters[0].pk}).status_code == 302
    assert letters[0].state == "pending"
    client.post("/notices/deliveries/retry/", {"channel": "email"})
    # The other district's is none of theirs.
    assert list(letters.values_list("state", flat=True)) == ["pending", "pending", "dead"]
    entries = AuditEntry.objects.filter(action="deliveries.retry").order_by("pk")
    assert [entry.after["count"] for entry in entries] == [1, 1]


def test_dropping_asks_why_and_is_written_down(door: Any, api: Any, dead: Any) -> None:
    client = door("admin")
    path = "/notices/deliveries/drop/?channel=robot"
    assert client.get(path).status_code == 200
    assert client.post(path, {"reason": ""}).status_code == 400
    assert client.post(path, {"reason": "群已解散"}).status_code == 302
    assert ChannelDelivery.objects.get(channel="robot").state == "dropped"
    assert AuditEntry.objects.get(action="deliveries.drop").reason == "群已解散"


def test_the_api_does_the_same(api: Any, dead: Any) -> None:
    client = api("admin")
    rows = client.get("/api/v1/deliveries/").json()["results"]
    assert len(rows) == 3
    assert FACTS["number"] not in str(rows)
    ids = [row["id"] for row in rows if row["channel"] == "email"]
    assert post(client, "deliveries/retry/", {"ids": ids[:1]}).json() == {"count": 1}
    assert post(client, "deliveries/drop/", {"channel": "email", "reason": "旧"}).json() == {"count": 1}
    assert len(client.get("/api/v1/deliveries/?state=dropped&channel=email").json()["results"]) == 1
    strangers = [pk for pk in dead if pk not in [row["id"] for row in rows]]
    assert is_problem(post(client, "deliveries/retry/", {"ids": strangers}), 404)
    assert is_problem(post(client, "deliveries/retry/", {}), 400)
    assert is_problem(post(client, "deliveries/drop/", {"channel": "email"}), 400)
    assert is_problem(client.get("/api/v1/deliveries/?state=nonsense"), 400)


def test_the_operator_has_a_command(dead: Any, capsys: Any) -> None:
    call_command("dead_letters")
    assert capsys.readouterr().out.count("550") == 4
    call_command("dead_letters", "--channel", "email", "--retry")
    call_command("dead_letters", "--channel", "robot", "--drop", "旧群")
    assert capsys.readouterr().out.split() == ["3", "1"]
    with pytest.raises(CommandError):
        call_command("dead_letters", "--retry")


def test_the_health_page_shows_how_far_behind_it_is(world: World, dead: Any, client: Client) -> None:
    assert deliveries_finding(now=NOW).detail == "0 s behind, 4 given up"
    ChannelDelivery.objects.update(state="pending", settled_at=None)
    late = deliveries_finding(now=NOW.replace(hour=3))
    assert (late.well, late.detail) == (False, "3600 s behind, 0 given up")
    assert client.get("/health/").json()["deliveries"]["well"] is False
