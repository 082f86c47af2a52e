"""Calendars the tests of working time share, and a short way to write moments of Asia/Shanghai."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from chinese_calendar.constants import holidays, workdays

from core.worktime import Calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """A moment from "2026-02-13 17:00", as read from a clock on the wall."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def on_the_wall(moment: datetime) -> str:
    """A moment as read from a clock on the wall, to the minute."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def shift(
    weekdays: list[int], start: str, end: str, first: str | None = None, last: str | None = None
) -> Any:
    """A shift as a version of a calendar keeps it."""
    return {"weekdays": weekdays, "from": start, "to": end, "valid_from": first, "valid_to": last}


def holiday(day: str, name: str = "") -> dict[str, Any]:
    """A day off."""
    return {"date": day, "kind": "holiday", "name": name, "like": None}


def worked(day: str, like: int = 1, name: str = "") -> dict[str, Any]:
    """A day worked like a weekday."""
    return {"date": day, "kind": "working", "name": name, "like": like}


WEEK = [1, 2, 3, 4, 5]
EIGHT_TO_SIX = [shift(WEEK, "08:00", "12:00"), shift(WEEK, "14:00", "18:00")]
PLAN = [
    *(holiday(day.isoformat()) for day in holidays if day >= date(2025, 1, 1)),
    *(worked(day.isoformat()) for day in workdays if day >= date(2025, 1, 1)),
]


def eight_to_six(published_until: int | None = 2026) -> Calendar:
    """The hours of the table of examples, with the days published for 2025 and 2026."""
    return Calendar.of(EIGHT_TO_SIX, PLAN, 480, published_until)
