"""Everybody can use it: axe finds nothing against WCAG 2.2 A and AA, on phone and desk, light and dark."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ViewportSize

from tests.e2e.desk import Desk

pytestmark = pytest.mark.e2e
_RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
# A pin stands where its case lies, however close the next one is; the list beside the map has the same links.
_WITHOUT_PINS = {"exclude": [[".leaflet-marker-pane"]]}
_PHONE, _DESK = ViewportSize(width=390, height=844), ViewportSize(width=1440, height=900)
Theme = Literal["light", "dark"]
PAGES: tuple[tuple[str, str, ViewportSize, Theme], ...] = (
    ("", "/", _PHONE, "light"),
    ("", "/report/", _PHONE, "dark"),
    ("", "/follow/", _DESK, "light"),
    ("", "/accounts/login/", _DESK, "dark"),
    ("grid", "/", _PHONE, "light"),
    ("grid", "/cases/report/", _PHONE, "light"),
    ("officer", "/cases/mine/", _PHONE, "dark"),
    ("station", "/", _DESK, "dark"),
    ("station", "/cases/", _DESK, "light"),
    ("station", "/cases/standing-plans/", _DESK, "light"),
    ("station", "/cases/person/", _PHONE, "light"),
    ("station", "/cases/examine/", _PHONE, "light"),
    ("bureau", "/notices/", _PHONE, "light"),
    ("bureau", "/cases/looks/", _DESK, "dark"),
    ("bureau", "/cases/plans/deciding/", _PHONE, "light"),
    ("station", "/cases/plans/waiting/", _PHONE, "dark"),
    ("station", "/cases/plan-templates/new/", _DESK, "light"),
    ("bureau", "/cases/campaigns/", _DESK, "dark"),
    ("bureau", "/cases/overdue/", _DESK, "dark"),
    ("leader", "/cases/overdue/", _PHONE, "light"),
    ("", "/demo/day/", _DESK, "light"),
    ("handler", "/", _PHONE, "dark"),
    ("admin", "/grids/", _DESK, "light"),
    ("admin", "/grids/people/", _PHONE, "dark"),
    ("admin", "/cases/catalogue/", _DESK, "dark"),
    ("admin", "/cases/calendars/offices/", _DESK, "light"),
    ("admin", "/cases/calendars/offices/hours/", _PHONE, "dark"),
    ("leader", "/", _DESK, "light"),
    ("officer", "/notices/settings/", _PHONE, "dark"),
    ("admin", "/notices/robots/add/", _DESK, "light"),
    ("admin", "/notices/deliveries/", _DESK, "dark"),
)


@pytest.mark.parametrize(("who", "path", "size", "theme"), PAGES)
def test_a_page_is_usable_by_everybody(
    desk: Desk, who: str, path: str, size: ViewportSize, theme: Theme
) -> None:
    desk.page.set_viewport_size(size)
    desk.page.emulate_media(color_scheme=theme)
    if who:
        desk.become(who)
    desk.go(path)
    desk.page.wait_for_load_state("networkidle")
    found = Axe().run(desk.page, context=_WITHOUT_PINS, options=_RULES).response["violations"]
    assert [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found] == []
    assert desk.problems == []


@pytest.mark.parametrize("further", ["", "main a[href$='/chain/']"])
def test_the_pages_of_a_case_are_usable_by_everybody(desk: Desk, further: str) -> None:
    desk.become("station")
    desk.go("/cases/")
    for link in filter(None, ("main a[href^='/cases/5']", further)):
        desk.page.locator(link).first.click()
        desk.page.wait_for_load_state("networkidle")
    found = Axe().run(desk.page, context=_WITHOUT_PINS, options=_RULES).response["violations"]
    assert [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found] == []
