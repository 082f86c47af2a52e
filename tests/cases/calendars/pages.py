"""What the tests of the pages share: addresses, what a page shows, pressing the preview's button."""

import re
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse

from core.models import Calendar, CalendarVersion


def url(name: str, *args: Any, code: str = "offices") -> str:
    return reverse(f"cases:{name}", args=[code, *args])


def shown(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def hidden(text: str) -> dict[str, str]:
    """The fields that the preview's button sends."""
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', text) for name in ("key", "version", "wish")}
    return {name: unescape(match[1]) for name, match in found.items() if match}


def apply(client: Client, preview: Any, reason: str = "渝府办发", **more: str) -> Any:
    sent = hidden(preview.content.decode()) | {"reason": reason} | more
    return client.post(url("calendar_apply"), sent)


def current(code: str = "offices") -> CalendarVersion:
    version = Calendar.objects.get(code=code).current
    assert version is not None
    return version


HOURS = {
    "version": "1", "rows": "4", "standard_day": "8:00", "published_until": "2026",
    "weekdays-0": ["1", "2", "3", "4", "5"], "from-0": "08:00", "to-0": "12:00",
    "weekdays-1": ["1", "2", "3", "4", "5"], "from-1": "14：00", "to-1": "18:00",
    "weekdays-2": ["6"], "from-2": "9:00", "to-2": "12:00", "first-2": "2027-01-01", "last-2": "2027-06-30",
}  # fmt: skip
DAYS = {
    "version": "1", "rows": "4", "first-0": "2027-10-01", "last-0": "2027-10-03", "kind-0": "holiday",
    "name-0": "国庆节", "first-1": "2027-10-09", "kind-1": "working", "like-1": "5", "kind-2": "holiday",
}  # fmt: skip
