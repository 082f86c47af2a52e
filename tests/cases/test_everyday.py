"""What a clerk meets all day: forms that ask no more than they must, helpful orders, ways back."""

from typing import Any

import pytest
from django.urls import reverse

from cases.choices import units_in
from cases.following import public_page
from cases.models import Case
from cases.selectors import similar_cases
from cases.workflow import Stage
from tests.cases.browsers import browser
from tests.cast import HOME, World
from tests.walk import RESIDENT, a_photo, case_at, go, report, step, usual


@pytest.fixture
def as_(world: World) -> Any:
    return lambda who: browser(world, who)


def codes(groups: Any) -> list[list[str]]:
    return [[code for code, _name in units] for _label, units in groups]


def test_units_come_by_line_and_the_ones_most_used_for_the_class_first(world: World) -> None:
    used = case_at(world, Stage.HANDLE)
    assert codes(units_in("500115")) == [["cs-clean"], ["cs-green"], ["cs-works"]]
    assert codes(units_in("500115", class_id=used.case_class_id)) == [
        ["cs-clean"],
        ["cs-green"],
        ["cs-works"],
    ]
    Case.objects.update(lead_unit=world.units["cs-works"])
    assert codes(units_in("500115", class_id=used.case_class_id))[0] == ["cs-works"]
    assert codes(units_in("500106", class_id=used.case_class_id)) == [["spb-clean"]]


def test_choices_carry_their_pinyin(world: World, as_: Any) -> None:
    case = case_at(world, Stage.PLAN)
    page = as_("station").get(f"/cases/{case.number}/steps/submit_plan/").content.decode()
    assert 'data-py="changshouhuanweisuo cshws"' in page
    page = as_("worker").get("/cases/report/").content.decode()
    assert 'data-py="baolulaji bllj"' in page
    assert 'data-en="Exposed litter"' in page


@pytest.mark.parametrize(("assisting", "asked"), [((), False), (("cs-green",), True)])
def test_finishing_asks_why_a_part_is_missing_only_where_one_is(
    world: World, as_: Any, assisting: tuple[str, ...], asked: bool
) -> None:
    case = go(world, report(world, "hotline", **RESIDENT), ("verify", "officer"), condition="sign")
    given = usual(world, "submit_plan", "station", "sign", case) | {"assisting_units": list(assisting)}
    case = step(world, case, "submit_plan", "station", **given)
    case = go(world, case, ("approve", "bureau"), ("dispatch", "station"))
    page = as_("cleaner").get(f"/cases/{case.number}/steps/finish/")
    assert ("reason" in page.context["form"].fields) is asked


def test_why_there_is_no_photo_lies_folded_until_it_is_needed(world: World, as_: Any) -> None:
    case = report(world)
    path = f"/cases/{case.number}/steps/verify/"
    folded = {
        item["name"]: item["unfolded"] for item in as_("officer").get(path).context["items"] if item["folded"]
    }
    assert folded == {"no_photo_reason": False, "no_position_reason": False}
    answer = as_("officer").post(path, {"no_photo_reason": "下雨", "version": case.version, "key": "k"})
    opened = {item["name"]: item["unfolded"] for item in answer.context["items"] if item["folded"]}
    assert opened == {"no_photo_reason": True, "no_position_reason": False}


def test_a_form_sent_again_with_other_words_says_what_stands_and_offers_a_fresh_key(
    world: World, as_: Any
) -> None:
    client = as_("worker")
    sent = {
        "lon": HOME["lon"],
        "lat": HOME["lat"],
        "description": "一",
        "key": "the-same",
        "similar_seen": "1",
    }
    assert client.post("/cases/report/", sent).status_code == 302
    answer = client.post("/cases/report/", sent | {"description": "二"})
    assert answer.status_code == 409
    assert "Idempotency" not in answer.content.decode()
    assert "press the button once more" in answer.content.decode()
    again = sent | {"description": "二", "key": answer.context["key"]}
    assert client.post("/cases/report/", again).status_code == 302
    assert Case.objects.count() == 2


def test_a_refusal_on_a_page_of_its_own_leads_back_to_the_case(world: World, as_: Any) -> None:
    case = report(world)
    answer = as_("officer").get(f"/cases/{case.number}/steps/finish/")
    assert answer.status_code == 409
    assert f'href="{reverse("cases:detail", args=[case.number])}"' in answer.content.decode()


def test_what_lies_outside_the_scope_is_not_led_to(world: World, as_: Any) -> None:
    case = report(world)
    answer = as_("stranger").get(f"/cases/{case.number}/steps/verify/")
    assert answer.status_code == 404
    assert answer.context["back"] is None


def test_similar_cases_come_with_the_photo_of_their_report(world: World, as_: Any, settings: Any) -> None:
    photo = a_photo(world, "worker2")
    case = report(world, "worker2", photos=[photo])
    report(world, "worker2")
    found = similar_cases(world.access("worker"), lon=HOME["lon"], lat=HOME["lat"], now=case.opened_at)
    assert len(found) == 2
    path = f"/cases/similar/?lon={HOME['lon']}&lat={HOME['lat']}"
    settings.SIMILAR_HOURS = 24 * 3650  # the door goes by the real clock
    page = as_("worker").get(path).content.decode()
    assert page.count("case-card-photo") == 1
    assert f"/cases/photos/{photo}/small.jpg" in page


def test_whoever_follows_reads_each_stage_once_and_what_is_done_again_as_such(world: World) -> None:
    case = case_at(world, Stage.APPROVE)
    case = go(world, case, ("return_plan", "bureau"), ("submit_plan", "station"), ("approve", "bureau"),
              ("dispatch", "station"), ("finish", "cleaner"), ("rework", "colleague"), ("finish", "cleaner"),
              condition="sign")  # fmt: skip
    moves = public_page(case, code=str(case.follow_code), now=case.stage_since)["moves"]
    lines = [str(move["title"]) for move in moves]
    assert len(lines) == len(set(lines)) == 8
    assert lines == sorted(lines, key=lines.index)
    at = [move["at"] for move in moves]
    assert at == sorted(at)


def test_a_place_names_its_community_once(world: World, as_: Any) -> None:
    report(world, address="向阳社区3号门")
    report(world, address="河边")
    places = {row["place"] for row in as_("station").get("/cases/").context["rows"]}
    assert places == {"向阳社区3号门", "向阳社区 河边"}
