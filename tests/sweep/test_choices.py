"""What one is given to choose from: nothing of another district, and nobody whose post is over.

Every page and every list of the API is read by everybody of the cast; every form of a step by whom it is for.
"""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from cases.limits import rules_now
from cases.models import Case
from cases.offers import offered_steps
from cases.selectors import parts_of
from cases.workflow import Stage
from core import clock
from grids.access import grants_recompute
from grids.forms import _PLACE_HELP
from grids.models import Posting
from tests.cast import BEGAN, CAST, PASSWORD, World
from tests.sweep.register import REGISTER, Kind
from tests.walk import case_at

# How the two districts are named in the cast; a word of the other one has no business in one's choices.
OURS = ("500115", "长寿", "凤城", "晏家", "向阳", "望江", "沙塘", "cs-clean", "cs-green", "cs-works")
THEIRS = ("500106", "沙坪坝", "小龙坎", "正街", "spb-clean", "外区")
STAGES = (Stage.VERIFY, Stage.PLAN, Stage.APPROVE, Stage.DISPATCH, Stage.HANDLE, Stage.CHECK, Stage.CALL_BACK)
# Addresses that name nothing, or a class, which all districts share.
PLAIN = sorted(
    route
    for route, kind in REGISTER.items()
    if kind is not Kind.OPEN and not re.search(r"<(?!slug:key)", route)
)
# One of each role in each of the two districts.
ROLES = list({(role, where[:6]): login for login, _name, role, where in CAST}.values())
REFUSED = {302, 401, 403, 404, 405}
_OPTION = re.compile(r"<option[^>]*value=\"([^\"]*)\"[^>]*>\s*([^<]*)")


def reader(world: World, who: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(world.people[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


def body_of(answer: Any) -> str:
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = raw.decode("utf-8", "replace")
    if answer["Content-Type"].startswith("application/json"):
        text = json.dumps(json.loads(text), ensure_ascii=False)
    return text


@pytest.fixture
def people(world: World) -> World:
    """Beside the cast: an officer until yesterday, and one who stands in for another."""
    now, day = clock.now(), timedelta(days=1)
    for login, name, ends_at in (("gone", "已离岗", now - day), ("deputy", "替班员", now + day)):
        person = User.objects.create_user(username=login, password=PASSWORD, name=name)
        area, officer = world.areas["500115001"], world.people["officer"]
        role = Role.OFFICER
        Posting.objects.create(
            user=person, role=role, area=area, deputy_of=officer, starts_at=BEGAN, ends_at=ends_at
        )
        grants_recompute(person)
        world.people[login] = person
    return world


@pytest.mark.parametrize("who", ROLES)
def test_no_page_and_no_list_names_anything_of_another_district(people: World, who: str) -> None:
    case_at(people, Stage.PLAN)
    foreign = OURS if who.startswith("stranger") else THEIRS
    client, wrong = reader(people, who), {}
    for route in PLAIN:
        for path, answer in asked(client, "/" + route.replace("<slug:key>", "matter-06010")):
            shown = body_of(answer).replace(str(_PLACE_HELP), "")  # its example is a code of 长寿
            if answer.status_code >= 500 and "health" not in route:
                wrong[path] = [str(answer.status_code)]
            elif named := [word for word in foreign if word in shown]:
                wrong[path] = named
    assert wrong == {}


def asked(client: Client, path: str) -> Iterator[tuple[str, Any]]:
    """An address as it stands and, where that is not refused, as a long list down to the grids."""
    answer = client.get(path)
    yield path, answer
    if answer.status_code not in REFUSED:
        path += "?level=grid&size=200"
        yield path, client.get(path)


def forms(world: World, case: Case) -> list[tuple[str, str, dict[str, str]]]:
    """(who, step, options) of every form a step of this case has, for everybody it is for."""
    found = []
    parts, rules = parts_of(case), rules_now()
    for login, *_more in CAST:
        for step in offered_steps(world.access(login), case, parts, rules):
            answer = reader(world, login).get(f"/cases/{case.number}/steps/{step.action.value}/")
            if answer.status_code == 200:
                found.append((login, step.action.value, dict(_OPTION.findall(body_of(answer)))))
    return found


@pytest.mark.parametrize("stage", STAGES)
def test_no_form_of_a_step_offers_people_or_units_from_elsewhere(people: World, stage: Stage) -> None:
    wrong = []
    elsewhere = {"neighbour", "gone", "stranger", "stranger_officer", "spb-clean"}
    for who, action, options in forms(people, case_at(people, stage)):
        named = {word for word, (code, label) in product(THEIRS, options.items()) if word in code + label}
        if bad := named | (elsewhere & set(options)):
            wrong.append((who, action, bad))
    assert wrong == []


def test_whoever_stands_in_is_offered_and_whoever_left_is_not(people: World) -> None:
    case = case_at(people, Stage.VERIFY)
    offered = next(o for who, step, o in forms(people, case) if (who, step) == ("leader_of_squad", "assign"))
    assert {"officer", "colleague", "deputy"} <= set(offered)
    answer = reader(people, "leader_of_squad").get(f"/api/v1/cases/{case.number}/candidates/?action=assign")
    named = {row["username"] for row in json.loads(answer.content)["results"]}
    assert named == {"officer", "colleague", "deputy"}


def test_the_forms_that_were_read_have_choices_at_all(people: World) -> None:
    units = {"cs-clean", "cs-green", "cs-works"}
    planned = {step: set(o) for _who, step, o in forms(people, case_at(people, Stage.PLAN))}
    assert units <= planned["submit_plan"]
    handed = [set(o) for who, step, o in forms(people, case_at(people, Stage.HANDLE)) if step == "assign"]
    assert handed
    assert all({"cleaner"} <= names for names in handed)
