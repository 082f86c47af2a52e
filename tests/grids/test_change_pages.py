"""The pages of changes of areas: form, preview, apply, how far it is."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from cases.models import Case
from grids.models import Area, AreaJob
from grids.services.area_jobs import area_jobs_run
from grids.tasks import run_area_jobs
from tests.cases.browsers import browser
from tests.cast import NOW, World
from tests.grids.changing import (
    ABOLISH,
    COMMUNITY,
    GRID,
    MERGE,
    NEXT,
    OTHER_COMMUNITY,
    SPLIT,
    apply,
    both_districts,
    change,
    geojson,
)  # fmt: skip
from tests.walk import report

FILLED: dict[str, tuple[str, dict[str, Any]]] = {
    "split": (
        GRID,
        {"cut_from": "107.004, 29.79", "cut_to": "107.004，29.82", "datum": "WGS84", "people": "move"},
    ),
    "merge": (GRID, {"others": [NEXT], "people": "move"}),
    "retire": (GRID, {"successors": [NEXT], "people": "end"}),
    "border": (
        GRID,
        {"other": NEXT, "cut_from": "107.004,29.79", "cut_to": "107.004,29.82", "datum": "WGS84"},
    ),
    "move": (GRID, {"to": OTHER_COMMUNITY}),
    "abolish": ("500115", {"to": "500106", "people": "move"}),
}


@pytest.fixture
def admin(world: World) -> Client:
    both_districts(world)
    return browser(world, "admin")


def form(kind: str) -> str:
    return reverse("grids:change", args=[FILLED[kind][0], kind])


def send(client: Client, kind: str, **more: Any) -> Any:
    return client.post(form(kind), FILLED[kind][1] | {"reason": "调整"} | more)


def hidden(page: Any) -> dict[str, str]:
    """The fields that the preview's button sends."""
    text = page.content.decode()
    found = {n: re.search(rf'name="{n}" value="([^"]*)"', text) for n in ("key", "token", "wish")}
    return {name: unescape(match[1]) for name, match in found.items() if match}


def press(client: Client, page: Any) -> Any:
    return client.post(reverse("grids:change_apply"), hidden(page), follow=True)


@pytest.mark.parametrize("kind", sorted(FILLED))
def test_a_change_goes_from_its_form_over_the_preview_to_its_page(
    admin: Client, world: World, kind: str
) -> None:
    report(world, position={"lon": 107.008, "lat": 29.805})
    assert admin.get(form(kind)).status_code == 200
    page = send(admin, kind)
    assert (page.status_code, AreaJob.objects.count()) == (200, 0)
    assert "What would change" in page.content.decode()
    done = press(admin, page)
    job = AreaJob.objects.get()
    assert done.redirect_chain == [(reverse("grids:change_job", args=[job.pk]), 302)]
    text = done.content.decode()
    assert 'hx-trigger="every 2s"' in text
    assert '<progress value="0" max="1"' in text
    assert run_area_jobs() > 0
    text = admin.get(reverse("grids:change_progress", args=[job.pk])).content.decode()
    assert "Done: 1 case has followed." in text
    assert "hx-get" not in text


def test_outlines_drawn_on_the_map_are_cut_to_the_grid(admin: Client, world: World) -> None:
    drawn = {"cut_from": "", "cut_to": "", "outlines": geojson((106.9, 29.7, 107.004, 29.9)), "fit": "on"}
    press(admin, send(admin, "split", **drawn, codes=f"{COMMUNITY}101，{COMMUNITY}102", names="西,东"))
    made = Area.objects.filter(code__in=AreaJob.objects.get().facts["made"]).order_by("code")
    assert [(grid.code[-3:], grid.name) for grid in made] == [("101", "西"), ("102", "东")]


def test_a_preview_counts_cases_for_an_administrator_and_names_none(admin: Client, world: World) -> None:
    case = report(world)
    text = send(admin, "split").content.decode()
    assert "Awaiting verification 1" in text
    for secret in (case.number, case.address, case.description, "Open the list"):
        assert secret not in text


def test_whoever_may_see_the_cases_opens_the_list_of_those_that_move(world: World) -> None:
    from accounts.roles import Role
    from grids.access import grants_recompute
    from grids.models import Posting
    from tests.cast import BEGAN

    station = world.people["station"]
    Posting.objects.create(user=station, role=Role.ADMINISTRATOR, area=world.areas["500115"], starts_at=BEGAN)
    grants_recompute(station)
    case, client = report(world), browser(world, "station")
    found = re.search(r'href="(/cases/\?[^"]*)"', send(client, "split").content.decode())
    assert found
    assert case.number in client.get(unescape(found[1])).content.decode()


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        ("split", {"cut_from": "x", "cut_to": ""}, "Give the cut as two positions"),
        ("split", {"cut_from": "", "cut_to": ""}, "Draw a line to cut along"),
        ("split", {"cut_from": "107.5,29", "cut_to": "107.5,30"}, "leaves a part without ground"),
        ("split", {"codes": "12"}, "Give one for each of the 2 new grids"),
        ("split", {"reason": ""}, "required"),
        ("merge", {"others": ["500115001002001"]}, "valid choice"),
        ("border", {"other": "500115001002002"}, "no border in common"),
    ],
)
def test_a_refusal_stands_on_the_form(admin: Client, kind: str, given: dict[str, Any], words: str) -> None:
    page = send(admin, kind, **given)
    assert page.status_code == 400
    assert words in page.content.decode()
    assert "What would change" not in page.content.decode()


def test_what_stands_in_the_way_is_shown_and_leaves_no_button(admin: Client, world: World) -> None:
    page = send(admin, "retire", successors=[])
    assert "This stands in the way:" in page.content.decode()
    assert hidden(page) == {}


def test_a_stale_preview_is_refused_with_the_new_one(admin: Client, world: World) -> None:
    page = send(admin, "split")
    Area.objects.filter(code=GRID).update(version=5)
    answer = press(admin, page)
    assert answer.status_code == 412
    assert "have changed since this preview" in answer.content.decode()
    assert AreaJob.objects.count() == 0
    assert press(admin, answer).status_code == 200
    assert AreaJob.objects.count() == 1


def test_a_preview_of_what_is_gone_leads_to_the_list_of_changes(admin: Client, world: World) -> None:
    page = send(admin, "split")
    change(world, MERGE)
    answer = press(admin, page)
    assert answer.redirect_chain[-1][0] == reverse("grids:change_jobs")
    assert AreaJob.objects.get().kind == "merge"


@pytest.mark.parametrize(
    "given",
    [{}, {"wish": "{", "token": "0" * 64}, {"wish": "[]", "token": "0" * 64}, {"wish": "{}", "token": "x"}],
)
def test_a_preview_that_is_none_is_refused(admin: Client, given: dict[str, str]) -> None:
    assert admin.post(reverse("grids:change_apply"), given | {"key": "k"}).status_code == 400


def test_the_button_pressed_twice_changes_once(admin: Client) -> None:
    page = send(admin, "split")
    assert press(admin, page).redirect_chain == press(admin, page).redirect_chain
    assert AreaJob.objects.count() == 1


def test_the_list_of_changes_is_empty_at_first_and_then_shows_them(admin: Client, world: World) -> None:
    assert "No area has been changed yet" in admin.get(reverse("grids:change_jobs")).content.decode()
    change(world, SPLIT)
    text = admin.get(reverse("grids:change_jobs")).content.decode()
    assert GRID in text
    assert "Split" in text


def test_the_page_of_an_area_offers_the_ways_it_can_change(admin: Client, world: World) -> None:
    offered = {
        GRID: {"split", "merge", "retire", "border", "move"}, COMMUNITY: {"move"}, "500115": {"abolish"},
    }  # fmt: skip
    for code, kinds in offered.items():
        text = admin.get(reverse("grids:area", args=[code])).content.decode()
        assert set(re.findall(rf"/{code}/change/(\w+)/", text)) == kinds
    change(world, SPLIT)
    assert "/change/" not in admin.get(reverse("grids:area", args=[GRID])).content.decode()


@pytest.mark.parametrize("kind", ["abolish", "nonsense"])
def test_a_way_that_does_not_fit_the_area_is_not_found(admin: Client, kind: str) -> None:
    assert admin.get(reverse("grids:change", args=[GRID, kind])).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("stranger_admin", 404), ("station", 403), ("worker", 403)])
def test_nobody_else_opens_any_of_the_pages(world: World, who: str, status: int) -> None:
    job, client = change(world, SPLIT), browser(world, who)
    pages = [
        reverse("grids:change", args=[NEXT, "split"]), reverse("grids:change_job", args=[job.pk]),
        reverse("grids:change_progress", args=[job.pk]),
    ]  # fmt: skip
    assert {client.get(page).status_code for page in pages} == {status}
    assert client.post(pages[0], FILLED["split"][1]).status_code == status
    listed = client.get(reverse("grids:change_jobs"))
    assert listed.status_code == (200 if status == 404 else 403)
    assert GRID not in listed.content.decode()


def test_the_case_page_says_what_it_was_filed_under_and_where_it_lies_now(world: World) -> None:
    case, client = report(world), browser(world, "station")
    assert "Filed under" not in client.get(f"/cases/{case.number}/").content.decode()
    job = change(world, SPLIT)
    text = client.get(f"/cases/{case.number}/").content.decode()
    now = Case.objects.get(pk=case.pk).grid.code
    assert f"Filed under grid {GRID} of district 500115, now in grid {now} of district 500115." in text
    assert f"the case now lies in grid {now}" in text
    assert now in job.facts["made"]


def test_the_command_carries_on_to_the_end_and_says_what_is_left(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report(world)
    apply(world, SPLIT)
    with monkeypatch.context() as patch:
        patch.setattr("cases.services.rescope.event_tell", lambda **given: 1 / 0)
        with pytest.raises(SystemExit, match="1"):
            call_command("run_area_jobs")
    assert "division by zero" in capsys.readouterr().err
    call_command("run_area_jobs")
    assert AreaJob.objects.get().state == "done"


def test_the_operator_abolishes_a_district_at_the_command_line(
    world: World, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    report(world)
    wish = tmp_path / "wish.json"
    wish.write_text(json.dumps(ABOLISH))
    call_command("change_areas", str(wish))
    token = capsys.readouterr().out.strip().rpartition(" ")[2]
    with pytest.raises(CommandError):
        call_command("change_areas", str(wish), apply="0" * 64)
    assert AreaJob.objects.count() == 0
    call_command("change_areas", str(wish), apply=token)
    area_jobs_run(now=NOW)
    assert Case.objects.get().district.code == "500106"
    assert AreaJob.objects.get().actor is None


@pytest.mark.parametrize("text", ["{", "{}", '{"kind": "abolish", "area": "1", "to": "2", "reason": "x"}'])
def test_a_wish_the_command_does_not_understand_is_refused(world: World, tmp_path: Any, text: str) -> None:
    wish = tmp_path / "wish.json"
    wish.write_text(text)
    with pytest.raises(CommandError):
        call_command("change_areas", str(wish))
