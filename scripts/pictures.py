"""Take the pictures of README and guide anew, from a running ``make run``.

python scripts/pictures.py http://127.0.0.1:8000 [NAME …]

writes docs/img/*.png, all or those named (needs Chromium and a CJK font).
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

OUT = Path(__file__).resolve().parent.parent / "docs" / "img"
DESK, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=780)
Way = Callable[[Page, str], None]


def page(path: str) -> Way:
    """Open a page."""

    def go(browser: Page, town: str) -> None:
        browser.goto(town + path)

    return go


def case_in(stage: str, step: str = "") -> Way:
    """Open the first case of a stage, and a step of it."""

    def go(browser: Page, town: str) -> None:
        browser.goto(f"{town}/cases/?stage={stage}")
        links = browser.locator("main a[href^='/cases/5']")
        for path in [str(links.nth(i).get_attribute("href")) for i in range(min(links.count(), 20))]:
            browser.goto(town + path)
            if not step:
                return
            if browser.locator(f"main a[href$='/steps/{step}/']").count():
                browser.locator(f"main a[href$='/steps/{step}/']").first.click()
                return

    return go


def deadline_in(stage: str) -> Way:
    """Open how the deadline of the first case of a stage was reckoned."""

    def go(browser: Page, town: str) -> None:
        case_in(stage)(browser, town)
        browser.goto(browser.url + "deadline/")

    return go


def story(clicks: int) -> Way:
    """Tell the story of the demonstration up to a click."""

    def go(browser: Page, town: str) -> None:
        browser.goto(f"{town}/demo/story/")
        for click in range(1, clicks + 1):
            browser.locator("#tour-go").click()
            browser.locator(f".tour-dots li:nth-child({click}).tour-dot-done").wait_for()
        browser.wait_for_timeout(2500)  # the clock runs, the screens load

    return go


# file, who (of the demonstration's cast; "" nobody), size, where
PICTURES: tuple[tuple[str, str, ViewportSize, Way], ...] = (
    ("story", "", DESK, story(5)),
    ("workbench", "station", DESK, page("/")),
    ("case-list", "station", DESK, page("/cases/")),
    ("case-page", "station", DESK, case_in("check")),
    ("grid-worker-report", "grid", PHONE, page("/cases/report/")),
    ("officer-verify", "officer", PHONE, case_in("verify", "verify")),
    ("station-plan", "station", DESK, case_in("plan", "submit_plan")),
    ("bureau-approve", "bureau", DESK, case_in("approve", "approve")),
    ("unit-finish", "handler", PHONE, case_in("handle", "finish")),
    ("check", "officer-2", PHONE, case_in("check", "pass")),
    ("call-back", "station", DESK, case_in("call_back", "close")),
    ("public-report", "", PHONE, page("/report/")),
    ("public-follow", "", PHONE, page("/follow/")),
    ("admin-areas", "admin", DESK, page("/grids/")),
    ("overdue", "station", DESK, page("/cases/overdue/")),
    ("deadline", "station", DESK, deadline_in("handle")),
    ("limits", "admin", DESK, page("/cases/limits/")),
    ("calendar", "admin", DESK, page("/cases/calendars/offices/")),
)


def take(browser: Page, town: str, name: str, who: str, way: Way) -> None:
    """One picture."""
    if who:
        browser.goto(f"{town}/demo/")
        browser.locator(f"form[action='/demo/{who}/'] button").click()
        browser.wait_for_load_state("networkidle")
    way(browser, town)
    browser.wait_for_load_state("networkidle")
    browser.wait_for_timeout(500)  # maps draw after the last request
    browser.screenshot(path=OUT / f"{name}.png")


def main(town: str, wanted: list[str]) -> None:
    """All of them, or those wanted."""
    OUT.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as play:
        engine = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, who, size, way in PICTURES:
            if wanted and name not in wanted:
                continue
            context = engine.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")
            take(context.new_page(), town, name, who, way)
            context.close()
            print(name)
        engine.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8000", sys.argv[2:])
