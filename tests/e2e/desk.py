"""What a person does at the screen: change role, fill in a step, read what stands there."""

import io
import re
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Locator, Page, expect

# Inside 骑鞍社区, where the made-up grid worker walks.
HOME = ("107.0801", "29.8302")


def a_picture(word: str) -> FilePayload:
    """A small photo as a phone would send it; every one is different."""
    image = Image.new("RGB", (320, 240), (96, 128, 96))
    ImageDraw.Draw(image).text((20, 100), word, fill="white")
    out = io.BytesIO()
    image.save(out, "JPEG")
    return {"name": f"{word}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


class Desk:
    """One browser; ``number`` is the case in hand."""

    def __init__(self, page: Page, town: str) -> None:
        self.page, self.town = page, town
        self.number = ""
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on("console", self._hear)

    def _hear(self, message: Any) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.problems.append(f"console: {message.text}")

    def go(self, path: str) -> None:
        """Open a page of the town."""
        self.page.goto(self.town + path)

    def become(self, username: str) -> None:
        """Change role by a click, as the demonstration offers it."""
        self.go("/demo/")
        self.page.locator(f"form[action='/demo/{username}/'] button").click()
        expect(self.page).to_have_url(self.town + "/")

    def open_case(self) -> None:
        """The page of the case in hand."""
        self.go(f"/cases/{self.number}/")

    def step(self, action: str, **fields: str) -> None:
        """Open the step from the case's page, fill it in, send it, and see that it was taken."""
        self.open_case()
        before = self.events()
        more = self.page.locator("main details.more")
        if more.count():
            more.locator("summary").click()
        at_once = self.page.locator(f"main form[action$='/steps/{action}/'] button")
        if at_once.count():
            at_once.click()
        else:
            self.page.locator(f"main a[href$='/steps/{action}/']").click()
            self.fill(fields)
            self.send()
        expect(self.page).to_have_url(re.compile(rf"/cases/{self.number}/$"))
        # The address changes before the page has come: wait for the entry the step leaves in the history.
        expect(self.page.locator("ol.timeline > li").nth(before)).to_be_attached()

    def fill(self, fields: dict[str, str]) -> None:
        """Type into the named fields; photo fields get a picture, selects their value."""
        for name, value in fields.items():
            if name.startswith("photo"):
                self.upload(name, value)
            elif name == "position":
                self.place(*HOME)
            else:
                self._put(name, value)

    def _put(self, name: str, value: str) -> None:
        field = self.page.locator(f"main [name='{name}']").first
        if name == "case_class":
            self.choose_class(value)
        elif name in ("condition", "reject_reason"):
            self.page.locator(f"main input[name='{name}'][value='{value}']").check()
        elif field.evaluate("field => field.tagName") == "SELECT":
            self._choose(field, value)
        else:
            field.fill(value)

    def _choose(self, select: Locator, value: str) -> None:
        """Take an option, in the type-ahead where the select has one."""
        name = select.get_attribute("name")
        box = self.page.locator("main [data-classpick]").filter(has=self.page.locator(f"[name='{name}']"))
        if box.count():
            # Until its script has come it is a plain select, which the script then hides.
            expect(box).to_have_attribute("data-live", "true")
        if select.is_visible():
            select.select_option(value)
            return
        words = (select.locator(f"option[value='{value}']").text_content() or "").strip()
        box.locator("input[role=combobox]").fill(words)
        box.locator("[role=option]").first.click()
        assert select.input_value() == value

    def choose_class(self, key: str) -> None:
        """Find a class by its words in the type-ahead and take it; its conditions follow."""
        self._choose(self.page.locator("main select[name='case_class']"), key)
        expect(self.page.locator("main input[name=condition]").first).to_be_visible()

    def place(self, lon: str, lat: str) -> None:
        """Give a position by its numbers, as the keyboard can."""
        box = self.page.locator("main [data-pick-box] details")
        if box.get_attribute("open") is None:
            box.locator("summary").click()
        self.page.locator("main [data-pick-lon]").fill(lon)
        self.page.locator("main [data-pick-lat]").fill(lat)

    def upload(self, name: str, word: str) -> None:
        """Choose one photo and wait until it has arrived."""
        box = self.page.locator(f"main [data-photos]:has([data-name='{name}'])")
        box.locator("input[type=file]").set_input_files([a_picture(word)])
        expect(box.locator(".upload:not(.upload-waiting, .upload-sending)")).to_have_count(1)
        arrived = box.locator(f"input[type=hidden][name='{name}']").count()
        assert arrived == 1, f"the photo was refused: {box.locator('.upload').inner_text()}"

    def send(self) -> None:
        """Press the form's button, and the dialog's where it asks."""
        form = self.page.locator("main form.form[method=post]")
        asks = form.get_attribute("data-confirm")
        form.locator(".form-end button[type=submit]").first.click()
        if asks:
            self.page.locator("dialog[open] [data-confirm-yes], dialog[open] button[value=yes]").first.click()

    def sent(self) -> str:
        """Send a report and read its number or code; similar cases nearby are shown first, once."""
        self.send()
        large = self.page.locator("main .code-large")
        expect(large.or_(self.page.locator("main .similar")).first).to_be_visible()
        if not large.count():
            self.send()
        return large.inner_text().strip()

    def events(self) -> int:
        """How many entries the case's timeline shows."""
        return self.page.locator("ol.timeline > li").count()

    def stage(self) -> str:
        """The stage the case's page shows, as its code."""
        self.open_case()
        chip = self.page.locator("main .chip.stage").first.get_attribute("class") or ""
        return chip.split("stage-")[-1].split()[0]
