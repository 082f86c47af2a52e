"""The story in eight clicks, as a newcomer sees it: without a login, by mouse and by keyboard."""

import re
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.desk import Desk
from tests.e2e.test_access import _DESK, _PHONE, _RULES, _WITHOUT_PINS

pytestmark = pytest.mark.e2e
STEPS = 7


def click_on(page: Page, click: int) -> None:
    """Press the one button, and wait until the story stands at that click."""
    page.locator("#tour-go").click()
    expect(page.locator(".tour-dots .tour-dot-done")).to_have_count(click)


def number_on(page: Page) -> str:
    """The number of the story's case, from the address of a screen."""
    src = page.locator(".tour-desk iframe").get_attribute("src") or ""
    return re.findall(r"/cases/(\d{19})/", src)[0]


def test_eight_clicks_tell_a_case_to_its_end_and_open_the_number(desk: Desk) -> None:
    page, lamps, said = desk.page, [], []
    desk.go("/demo/")
    page.locator("a.tour-door").click()
    for click in range(1, STEPS + 1):
        click_on(page, click)
        lamp = page.locator(".tour-time .lamp")
        lamps.append(lamp.inner_text() if lamp.count() else "")
        said.append(page.locator("#tour-live").text_content())
        expect(page.frame_locator(".tour-phone iframe").locator("main h1")).to_be_visible()
        expect(page.frame_locator(".tour-desk iframe").locator("main h1")).to_be_visible()
    assert lamps == ["", "时限内", "时限内", "即将到期", "超时", "超时", "超时"]
    assert len(set(said)) == STEPS
    desk.number = number_on(page)
    hands = page.locator(".tour-hands li")
    assert len(set(hands.locator("strong").all_inner_texts())) >= 4
    figure = int(page.locator(".tour-figure .stat-figure").inner_text())
    click_on(page, STEPS + 1)
    rows = page.frame_locator(".tour-desk iframe").locator(".cases-table tbody tr")
    expect(rows).to_have_count(figure)
    assert desk.number in " ".join(rows.all_inner_texts())
    desk.become("station")
    assert desk.stage() == "closed"
    assert desk.events() >= STEPS
    assert desk.problems == []


def test_the_story_is_told_by_the_keyboard_alone(desk: Desk) -> None:
    page = desk.page
    desk.go("/demo/story/")
    page.locator("#tour-go").focus()
    for click in range(1, STEPS + 2):
        page.keyboard.press("Enter")
        expect(page.locator(".tour-dots .tour-dot-done")).to_have_count(click)
        expect(page.locator("#tour-go")).to_be_focused()
    assert desk.problems == []


def test_no_form_is_sent_and_no_link_followed_from_within_a_screen(desk: Desk) -> None:
    page = desk.page
    desk.go("/demo/story/")
    click_on(page, 1)
    screen = page.frame_locator(".tour-phone iframe")
    before = page.locator(".tour-phone iframe").get_attribute("src")
    screen.locator("main form .form-end button[type=submit]").click()
    screen.locator("main a.back").click()
    page.wait_for_timeout(300)
    assert [frame.url.endswith(str(before)) for frame in page.frames].count(True) == 1
    assert desk.events() == 0


@pytest.mark.parametrize(("size", "theme"), [(_PHONE, "light"), (_DESK, "dark")])
def test_the_story_is_usable_by_everybody(desk: Desk, size: object, theme: Literal["light", "dark"]) -> None:
    page = desk.page
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    desk.go("/demo/story/")
    for click in (1, 2, 3, 4):
        click_on(page, click)
    page.wait_for_load_state("networkidle")
    found = Axe().run(page, context=_WITHOUT_PINS, options=_RULES).response["violations"]
    assert [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
