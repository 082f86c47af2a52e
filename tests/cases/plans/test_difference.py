"""What changed between two versions of a plan, in words, on the page and over the API."""

import time
from datetime import timedelta

import pytest

from accounts.models import Unit
from cases.plan_difference import Difference, Wording, difference_between
from cases.plan_reads import plan_difference
from cases.workflow import Stage
from core.errors import NotFound
from tests.cases.browsers import FRAME, browser
from tests.cast import NOW, World
from tests.walk import case_at, go, step, usual

CLEAN, GREEN, WORKS = (
    Unit(pk=pk, code=name, name=name) for pk, name in enumerate(("环卫", "园林", "市政"), 1)
)


def wording(*measures: str, lead: Unit = CLEAN, assisting: tuple[Unit, ...] = (), days: int = 3) -> Wording:
    return Wording(1, measures, lead, assisting, NOW + timedelta(days=days))


def told(found: Difference) -> list[tuple[str, int | None, int | None, str]]:
    """Each measure as its change, its numbers, and its text with ``+…+`` added and ``-…-`` removed."""
    marks = {"same": "", "added": "+", "removed": "-"}
    return [
        (m.change, m.old, m.new, "".join(f"{marks[p.change]}{p.text}{marks[p.change]}" for p in m.pieces))
        for m in found.measures
    ]


def test_a_changed_measure_is_compared_sign_by_sign() -> None:
    found = difference_between(wording("清运垃圾", "冲洗路面"), wording("清运垃圾", "冲洗全部路面"))
    assert told(found) == [("same", 1, 1, "清运垃圾"), ("changed", 2, 2, "冲洗+全部+路面")]


def test_a_time_or_number_changes_as_a_whole() -> None:
    found = difference_between(wording("每日18:30前清运"), wording("每日16:30前清运"))
    assert told(found) == [("changed", 1, 1, "每日-18:30-+16:30+前清运")]


def test_measures_that_have_nothing_in_common_are_one_removed_and_one_added() -> None:
    found = difference_between(wording("拆除招牌"), wording("约谈店主"))
    assert told(found) == [("added", None, 1, "+约谈店主+"), ("removed", 1, None, "-拆除招牌-")]


def test_an_added_measure_shifts_the_numbers_and_not_the_text() -> None:
    found = difference_between(wording("清运", "冲洗"), wording("围挡", "清运", "冲洗"))
    assert told(found) == [("added", None, 1, "+围挡+"), ("same", 1, 2, "清运"), ("same", 2, 3, "冲洗")]


def test_units_and_the_finish_date_are_compared() -> None:
    found = difference_between(
        wording("清运", assisting=(GREEN,)), wording("清运", lead=WORKS, assisting=(CLEAN,), days=5)
    )
    assert (found.lead_changed, found.finish_changed, found.same) == (True, True, False)
    assert [(part.change, part.unit.name) for part in found.assisting] == [
        ("removed", "园林"),
        ("added", "环卫"),
    ]


def test_equal_versions_are_told_to_be_the_same() -> None:
    assert difference_between(wording("清运", assisting=(GREEN,)), wording("清运", assisting=(GREEN,))).same


def test_thirty_long_measures_are_compared_in_a_moment() -> None:
    old = wording(*(f"第{n}项：" + "清运垃圾并冲洗路面" * 50 for n in range(30)))
    new = wording(*(f"第{n}款：" + "冲洗路面并清运垃圾" * 50 for n in range(30)))
    began = time.process_time()
    assert len(difference_between(old, new).measures) >= 30
    assert time.process_time() - began < 2


@pytest.fixture
def resubmitted(world: World) -> str:
    """The number of a case whose plan was returned with a comment and submitted again."""
    case = go(world, case_at(world, Stage.APPROVE), ("return_plan", "bureau"))
    raw = usual(world, "submit_plan", "station", case=case)
    raw |= {"measures": ["今晚清运", "冲洗"], "assisting_units": ["cs-green"]}
    return step(world, case, "submit_plan", "station", **raw).number


def test_the_newest_version_is_compared_with_the_one_before(world: World, resubmitted: str) -> None:
    _case, found = plan_difference(world.access("bureau"), resubmitted)
    assert (found.old.version, found.new.version) == (1, 2)
    assert told(found)[0] == ("changed", 1, 1, "+今晚+清运")


@pytest.mark.parametrize(("old", "new"), [(1, 3), (0, 1), (2, 99)])
def test_a_version_that_is_not_there_is_not_found(world: World, resubmitted: str, old: int, new: int) -> None:
    with pytest.raises(NotFound):
        plan_difference(world.access("bureau"), resubmitted, old=old, new=new)


def test_the_page_says_in_words_what_colours_show(
    world: World, resubmitted: str, django_assert_max_num_queries
) -> None:
    client = browser(world, "bureau")
    with django_assert_max_num_queries(FRAME + 6):
        page = client.get(f"/cases/{resubmitted}/plan/difference/?from=1&to=2").content.decode()
    assert '<ins><span class="visually-hidden">[added: </span>今晚' in page
    assert '<span class="chip chip-added">added</span>' in page
    assert (
        f"/cases/{resubmitted}/plan/difference/?to=2" in client.get(f"/cases/{resubmitted}/").content.decode()
    )


def test_page_and_api_tell_the_same(world: World, resubmitted: str) -> None:
    answer = browser(world, "station").get(f"/api/v1/cases/{resubmitted}/plan/difference/?old=1&new=2").json()
    assert answer["measures"][0]["pieces"] == [
        {"change": "added", "text": "今晚"}, {"change": "same", "text": "清运"},
    ]  # fmt: skip
    assert [part["unit"]["code"] for part in answer["assisting"]] == ["cs-green"]


def test_the_next_district_compares_nothing(world: World, resubmitted: str) -> None:
    for path in (f"/cases/{resubmitted}/plan/difference/", f"/api/v1/cases/{resubmitted}/plan/difference/"):
        assert browser(world, "stranger").get(path).status_code == 404


def test_the_next_versions_form_shows_each_comment_beside_its_measure(world: World) -> None:
    case = go(world, case_at(world, Stage.APPROVE), ("return_plan", "bureau"))
    page = browser(world, "station").get(f"/cases/{case.number}/steps/submit_plan/").content.decode()
    first, second = page.index("清运"), page.index("冲洗")
    assert first < page.index("写明时间") < second


def test_comments_typed_are_kept_when_the_return_is_refused(world: World) -> None:
    case = case_at(world, Stage.APPROVE)
    sent = {"comment_2": "几点冲洗", "version": case.version, "key": "once"}
    page = browser(world, "bureau").post(f"/cases/{case.number}/steps/return_plan/", sent)
    assert page.status_code == 400
    assert 'name="comment_2" value="几点冲洗"' in page.content.decode()
