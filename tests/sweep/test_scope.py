"""The sweep: no address tells a stranger, a neighbour or a visitor anything of a case that is not theirs.

Every address pattern of the site is asked, with GET and POST, by everybody who must not see the case.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.test import Client

from accounts.models import Unit, User
from accounts.roles import Role
from cases.models import Case, StandingPlan
from core import clock
from core.models import Calendar
from core.services.outbox import outbox_drain
from grids.access import grants_recompute
from grids.models import Absence, Area, AreaJob, DutyTurn, Posting
from notices.models import Notice, Robot
from tests.cases.attempts import traces
from tests.cases.plans.helpers import a_template, open_batch, returned_campaign
from tests.cast import BEGAN, HOME, NOW, PASSWORD, World
from tests.sweep.register import REGISTER, Kind, all_routes
from tests.walk import a_photo, go, report, step, usual

# Who held a post here until yesterday, or will from tomorrow on, their own or as a deputy, is outside too.
NOT_NOW = ("former_station", "former_officer", "former_deputy", "coming_deputy")
OUTSIDE = ("", "stranger", "stranger_admin", "neighbour", "gardener", "admin", *NOT_NOW)
INSIDE = ("colleague", "deputy")
LOCAL_ADMIN = {"admin"}  # configures the district the case lies in, and sees no case of it
REFUSED = {302, 400, 401, 403, 404, 405}
ADDRESS, WORDS, NOTE = "密巷七十七号", "只在本案里写过的话", "只在本案里记过的话"
CALLER, PHONE = "覃小满", "13899990000"


@dataclass
class Target:
    """A case with everything in it that could leak, and names for every part of an address."""

    case: Case
    names: dict[str, str]
    secrets: tuple[str, ...]

    def path(self, route: str) -> str:
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: self.names[part[1]], route)

    def leaks(self, route: str, answer: Any) -> list[str]:
        body = content(answer)
        given = self.path(route)
        return [s for s in self.secrets if s not in given and (s in body or json.dumps(s)[1:-1] in body)]


def content(answer: Any) -> str:
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return raw.decode("utf-8", "replace") + str(answer.headers)


@pytest.fixture
def target(world: World, settings: Any) -> Target:
    """A caller's case with a photo, a note and notices, waiting for its plan in 向阳."""
    settings.SIMILAR_HOURS = 24 * 3650  # the doors go by the real clock
    post_more(world)
    report(world)  # takes the number that the style guide shows as an example
    photo = a_photo(world, "hotline")
    case = report(
        world, "hotline", description=WORDS, address=ADDRESS, reporter_name=CALLER, reporter_phone=PHONE,
        photos=[photo],
    )  # fmt: skip
    case = go(world, case, ("verify", "officer"), condition="sign")
    case = step(world, case, "note", "station", text=NOTE)
    outbox_drain(now=NOW.replace(year=2027))
    template = a_template(world)
    names = {
        "number": case.number, "action": "note", "photo_id": photo, "key": "matter-07006", "seq": "1",
        "pk": str(Notice.objects.get(facts__number=case.number, kind="task").pk), "rest": "v1/nothing/",
        "plan_id": str(StandingPlan.objects.order_by("pk")[0].pk), "code": "500115001001001",
        "token": "not-one-of-ours",
        "template_id": str(template.pk), "batch_id": open_batch(world, case, template),
        "campaign_id": returned_campaign(world, case), "kind": "split", "job": str(a_change(world).pk),
        "username": "officer", "posting": str(Posting.objects.get(user__username="officer").pk),
        "calendar": "offices", "version": "1", "stage": "plan", "track": "standard",
        "absence": str(an_absence(world).pk), "turn": str(a_turn(world).pk),
        "robot": str(a_robot(world).pk),
    }  # fmt: skip
    case.refresh_from_db()
    outbox_drain(now=NOW.replace(year=2027))
    secrets = (case.number, str(case.uuid), str(case.follow_code), ADDRESS, WORDS, NOTE, CALLER, PHONE, photo)
    return Target(case, names, secrets)


def a_change(world: World) -> AreaJob:
    """A change of areas that is done, around the case."""
    facts = {"ended": [], "made": [], "heirs": [], "altered": ["500115001001001"], "posts": 0}
    return AreaJob.objects.create(
        kind=AreaJob.Kind.BORDER, state=AreaJob.State.DONE, area=world.areas["500115001001001"], level="grid",
        area_ids=[world.areas["500115001001001"].pk], facts=facts, total=1, done=1, created_at=NOW,
        finished_at=NOW,
    )  # fmt: skip


def an_absence(world: World) -> Absence:
    """The officer will be away, and the colleague stands in."""
    officer, later = world.people["officer"], datetime(2030, 1, 1, tzinfo=UTC)
    return Absence.objects.create(
        person=officer, kind="sick", starts_at=later, ends_at=later + timedelta(days=9), entered_at=NOW,
        deputy=world.people["colleague"], entered_by=officer,
    )  # fmt: skip


def a_turn(world: World) -> DutyTurn:
    """The colleague's, in the same street."""
    later = datetime(2030, 1, 1, tzinfo=UTC)
    return DutyTurn.objects.create(
        person=world.people["colleague"], area=world.areas["500115001"], starts_at=later,
        ends_at=later + timedelta(hours=12), entered_by=world.people["leader_of_squad"],
    )  # fmt: skip


def a_robot(world: World) -> Robot:
    """In the group of the municipal works; nobody listens at its address."""
    unit = world.units["cs-works"]
    return Robot.objects.create(unit=unit, kind="wecom", name="市政群", url="http://127.0.0.1:9/?key=k")


def post_more(world: World) -> None:
    """People whose posts are over or to come, and a deputy of the officer whose post is in force."""
    day, now = timedelta(days=1), clock.now()
    posts = (
        ("former_station", Role.STATION, "500115", None, now - day),
        ("former_officer", Role.OFFICER, "500115001", None, now - day),
        ("former_deputy", Role.OFFICER, "500115001", "officer", now - day),
        ("coming_deputy", Role.OFFICER, "500115001", "officer", None),
        ("deputy", Role.OFFICER, "500115001", "officer", now + day),
    )
    for login, role, where, deputy_of, ends_at in posts:
        person = User.objects.create_user(username=login, password=PASSWORD, name=f"替班{login}")
        Posting.objects.create(
            user=person,
            role=role,
            area=world.areas[where],
            deputy_of=world.people.get(deputy_of or ""),
            starts_at=now + day if login == "coming_deputy" else BEGAN,
            ends_at=ends_at,
        )
        grants_recompute(person)
        world.people[login] = person


def test_every_address_there_is_is_in_the_register_and_no_other() -> None:
    assert sorted(set(all_routes())) == sorted(REGISTER)


def signed_in(world: World, who: str) -> Client:
    client = Client(raise_request_exception=False)
    if who:
        client.force_login(world.people[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


def ask(client: Client, method: str, path: str, target: Target) -> Any:
    api = path.startswith("/api/")
    headers = {"If-Match": f'"{target.case.version}"', "Idempotency-Key": "sweep"} if api else {}
    if method == "get":
        return client.get(path, headers=headers)
    if api:
        return client.post(path, json.dumps({"text": "x"}), content_type="application/json", headers=headers)
    return client.post(path, {"text": "x", "key": "sweep", "version": target.case.version, "reason": "测试"})


def fault(kind: Kind, who: str, answer: Any) -> str:
    """What is wrong with the status alone."""
    # The cast lives some days ago, so its timers are late, and the health page says so.
    if answer.status_code >= 500 and answer.wsgi_request.path != "/health/":
        return f"a fault: {answer.status_code}"
    to_login = answer.status_code == 302 and "/accounts/login/" in answer["Location"]
    if not who and kind is not Kind.OPEN and not (to_login or answer.status_code in REFUSED - {302}):
        return f"open without a login: {answer.status_code}"
    if kind is Kind.CASE and answer.status_code not in REFUSED:
        return f"not refused: {answer.status_code}"
    return ""


def configured() -> list[Any]:
    """All that a configuration page could change."""
    fields: list[tuple[Any, tuple[str, ...]]] = [
        (Area, ("code", "name", "valid_to", "version")),
        (Unit, ("code", "name", "active", "parent_id", "calendar_id")),
        (Calendar, ("code", "name", "current_id")),
        (User, ("username", "name", "is_active", "password", "unit_id")),
        (Posting, ("user_id", "role", "area_id", "unit_id", "starts_at", "ends_at")),
        (StandingPlan, ("state", "approver_id")),
        (AreaJob, ("kind", "state", "area_id", "done")),
        (Absence, ("person_id", "starts_at", "ends_at", "deputy_id")),
        (DutyTurn, ("person_id", "starts_at", "ends_at", "area_id")),
        (Robot, ("unit_id", "name", "url", "active", "tried_at")),
    ]
    return [list(model.objects.order_by("pk").values_list(*names)) for model, names in fields]


@pytest.mark.parametrize("who", OUTSIDE)
def test_nobody_outside_learns_anything_of_a_case(world: World, target: Target, who: str) -> None:
    learns_nothing(world, target, who)


@pytest.mark.parametrize("who", ["cleaner", "clean_head", "gardener"])
def test_a_unit_whose_part_was_taken_away_learns_nothing_more(world: World, target: Target, who: str) -> None:
    """Handled by the one and assisted by the other, then returned: what happens now is for neither."""
    plan = usual(world, "submit_plan", "station", "sign", target.case) | {"assisting_units": ["cs-green"]}
    case = step(world, target.case, "submit_plan", "station", **plan)
    path = (("approve", "bureau"), ("dispatch", "station"), ("sign_for", "gardener"), ("sign_for", "cleaner"))
    case = go(world, case, *path)
    assert signed_in(world, who).get(target.path("cases/<str:number>/")).status_code == 200
    target.case = go(world, case, ("return_dispatch", "cleaner"), ("note", "station"))
    outbox_drain(now=NOW.replace(year=2027))
    learns_nothing(world, target, who)


def learns_nothing(world: World, target: Target, who: str) -> None:
    """Ask every address as somebody, with GET and POST."""
    wrong: dict[str, str] = {}
    before, rows = configured(), traces()
    client = signed_in(world, who)
    for route, kind in REGISTER.items():
        for method in ("get", "post"):
            if "logout" in route or "password" in route:
                client = signed_in(world, who)
            answer = ask(client, method, target.path(route), target)
            if problem := fault(kind, who, answer) or ", ".join(target.leaks(route, answer)):
                wrong[f"{method} {route}"] = problem
    assert wrong == {}
    assert traces()["cases"] == rows["cases"]
    if who not in LOCAL_ADMIN:
        assert configured() == before


@pytest.mark.parametrize("who", ["stranger", "neighbour", "gardener", "admin", *NOT_NOW])
def test_no_search_filter_or_count_gives_a_case_away(world: World, target: Target, who: str) -> None:
    client, wrong = signed_in(world, who), {}
    place = f"lon={HOME['lon']}&lat={HOME['lat']}"
    asked = [
        *(f"q={word}" for word in (target.case.number, ADDRESS, WORDS, PHONE)),
        "stage=plan", "grid=500115001001001",
        "street=500115001", "district=500115", "unit=cs-clean", "class=matter-07006", place,
        "bbox=106,29,108,30", "lon=107.005&lat=29.805&class=matter-07006",
    ]  # fmt: skip
    lists = [route for route, kind in REGISTER.items() if kind is Kind.LISTS_CASES]
    for route, query in product((*lists, "cases/mine/", "api/v1/cases/counts/"), asked):
        answer = client.get(f"/{route}?{query}")
        leaked = [s for s in target.leaks(route, answer) if s not in query]
        if leaked or answer.status_code >= 500:
            wrong[f"{route}?{query}"] = (answer.status_code, leaked)
    assert wrong == {}
    counts = client.get("/api/v1/cases/counts/")
    assert not re.search(r":\s*[1-9]", content(counts).split("{'Content-Type'")[0])


@pytest.mark.parametrize("who", INSIDE)
@pytest.mark.parametrize("route", [r for r, kind in REGISTER.items() if kind is Kind.LISTS_CASES])
def test_a_colleague_finds_the_case_where_cases_are_listed(
    world: World, target: Target, route: str, who: str
) -> None:
    place = f"lon={HOME['lon']}&lat={HOME['lat']}&bbox=106,29,108,30&west=106&south=29&east=108&north=30"
    here = f"?lon={HOME['lon']}&lat={HOME['lat']}"
    client = signed_in(world, who)
    queries = ("", f"?{place}", here, "?bbox=106,29,108,30")
    bodies = [content(client.get(f"/{route}{query}")) for query in queries]
    assert any(target.case.number in body for body in bodies)


@pytest.mark.parametrize("who", INSIDE)
@pytest.mark.parametrize("route", ["cases/<str:number>/", "api/v1/cases/<str:number>/"])
def test_a_colleague_sees_the_case_but_not_who_called(
    world: World, target: Target, route: str, who: str
) -> None:
    answer = signed_in(world, who).get(target.path(route))
    assert answer.status_code == 200
    body = content(answer)
    assert ADDRESS in body
    assert CALLER not in body
    assert PHONE not in body
    assert str(target.case.follow_code) not in body
