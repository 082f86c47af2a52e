"""The list as a person makes it their own: columns, filters as words, lists kept under a name, files."""

import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cases.columns import COLUMNS
from cases.filters import USUAL
from cases.models import SavedFilter
from cases.services.saved import MOST, saved_filter_drop, saved_filter_keep
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from grids.access import NOBODY
from tests.cases.browsers import browser
from tests.cast import NOW, World
from tests.walk import RESIDENT, go, report


@pytest.fixture
def as_(world: World) -> Any:
    return lambda who: browser(world, who)


def heads(page: Any) -> list[str]:
    return [column.key for column in page.context["columns"]]


def keep(world: World, who: str, name: str, query: str) -> SavedFilter:
    return saved_filter_keep(access=world.access(who), name=name, query=query, now=NOW)


def test_without_a_wish_the_usual_columns_are_shown(world: World, as_: Any) -> None:
    report(world)
    for query in ("", "?cols=", "?cols=nonsense", "?cols=%00"):
        assert heads(as_("station").get(f"/cases/{query}")) == list(USUAL)


def test_columns_are_chosen_in_the_address_bar_and_every_one_can_be_drawn(world: World, as_: Any) -> None:
    go(world, report(world), ("verify", "officer"))
    page = as_("station").get("/cases/?cols=person&cols=stage")
    assert heads(page) == ["stage", "person"]
    every = "&".join(f"cols={column.key}" for column in COLUMNS)
    page = as_("station").get(f"/cases/?{every}")
    assert heads(page) == [column.key for column in COLUMNS]
    assert len(page.context["rows"][0]["cells"]) == len(COLUMNS)


def test_what_narrows_a_list_stands_above_it_and_goes_away_by_a_click(world: World, as_: Any) -> None:
    report(world)
    client = as_("station")
    page = client.get("/cases/?stage=verify&street=500115001&class=matter-06010&cols=stage&q=垃圾")
    chips = {str(chip["label"]): chip for chip in page.context["chips"]}
    assert len(chips) == 4
    assert "凤城街道" in {chip["words"] for chip in chips.values()}
    for chip in chips.values():
        narrower = client.get(chip["url"])
        assert len(narrower.context["chips"]) == 3
        assert heads(narrower) == ["stage"]


def test_a_list_is_kept_under_a_name_opened_and_dropped_by_pressing(world: World, as_: Any) -> None:
    report(world)
    client = as_("station")
    answer = client.post("/cases/saved/", {"name": "今日待核实", "query": "stage=verify&cursor=x&cols=grid"})
    assert answer.url == "/cases/?stage=verify&cols=grid"
    page = client.get(answer.url)
    assert [(kept["row"].name, kept["current"]) for kept in page.context["saved"]] == [("今日待核实", True)]
    pk = page.context["saved"][0]["row"].pk
    assert client.post(f"/cases/saved/{pk}/drop/").status_code == 302
    assert client.get("/cases/").context["saved"] == []


def test_the_same_name_again_holds_the_new_list(world: World) -> None:
    keep(world, "station", "我的", "stage=verify")
    keep(world, "station", " 我的 ", "stage=plan")
    assert list(SavedFilter.objects.values_list("name", "query")) == [("我的", "stage=plan")]
    first = SavedFilter.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedFilter.objects.create(user=first.user, name=first.name, query="q=x", kept_at=NOW)


def test_lists_are_ones_own(world: World, as_: Any) -> None:
    kept = keep(world, "station", "我的", "stage=verify")
    assert as_("bureau").get("/cases/").context["saved"] == []
    with pytest.raises(NotFound):
        saved_filter_drop(access=world.access("bureau"), pk=kept.pk)
    assert as_("bureau").post(f"/cases/saved/{kept.pk}/drop/").status_code == 404
    with pytest.raises(NotAllowed):
        saved_filter_keep(access=NOBODY, name="x", query="stage=verify", now=NOW)


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("", "stage=plan"),
        ("\x00 ", "stage=plan"),
        ("长" * 41, "stage=plan"),
        ("我的", ""),
        ("我的", "cursor=abc&password=x"),
        ("我的", "q=" + "&q=".join("长" * 90 for _ in range(30))),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(world: World, name: str, query: str) -> None:
    with pytest.raises(BadInput):
        keep(world, "station", name, query)


def test_twenty_lists_are_enough(world: World) -> None:
    for number in range(MOST):
        keep(world, "station", f"第{number}", "stage=verify")
    keep(world, "station", "第0", "stage=plan")
    with pytest.raises(Conflict):
        keep(world, "station", "第21", "stage=verify")


def test_lists_are_kept_and_dropped_over_the_api_by_the_same_rules(world: World, as_: Any) -> None:
    client, path = as_("station"), "/api/v1/saved-filters/"
    sent = {"name": "我的", "query": "stage=verify&cursor=x"}
    kept = [client.post(path, sent, content_type="application/json").json() for _twice in range(2)]
    assert kept[0]["query"] == "stage=verify"
    assert [row["id"] for row in client.get(path).json()["results"]] == [kept[0]["id"]] == [kept[1]["id"]]
    assert client.post(path, sent | {"query": "x=1"}, content_type="application/json").status_code == 400
    assert as_("bureau").delete(f"{path}{kept[0]['id']}/").status_code == 404
    assert client.delete(f"{path}{kept[0]['id']}/").status_code == 204
    assert client.get(path).json()["results"] == []


def sheet(answer: Any) -> str:
    body = BytesIO(b"".join(answer.streaming_content))
    with zipfile.ZipFile(body) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if "sheet" in name.lower())


def test_the_excel_file_holds_the_list_as_text_without_formulas_or_phone_numbers(
    world: World, as_: Any
) -> None:
    case = report(world, "hotline", description="=HYPERLINK(1) 电话13812345678", **RESIDENT)
    answer = as_("station").get("/cases/export.xlsx?stage=verify")
    assert "cases.xlsx" in answer["Content-Disposition"]
    text = sheet(answer)
    assert case.number in text
    assert "=HYPERLINK" in text
    assert "<f>" not in text
    assert "13812345678" not in text
    assert "138****5678" in text
    assert "刘女士" not in text


@pytest.mark.parametrize("who", ["stranger", "neighbour", "gardener", "admin"])
def test_nobody_outside_finds_a_case_in_the_excel_file(world: World, as_: Any, who: str) -> None:
    case = report(world)
    assert case.number not in sheet(as_(who).get("/cases/export.xlsx"))
    assert case.number in sheet(as_("colleague").get("/cases/export.xlsx"))
