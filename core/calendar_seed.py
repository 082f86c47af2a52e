"""The two calendars every installation begins with: offices, and those who work every day."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from chinese_calendar.constants import Holiday, holidays, workdays

from core.worktime import Content, checked

OFFICES, SQUADS = "offices", "squads"
_WEEK, _EVERY_DAY = [1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7]


@dataclass(frozen=True)
class Definition:
    """A calendar and what its first version says."""

    code: str
    name: str
    name_en: str
    content: Content

    @cached_property
    def version_id(self) -> int:
        """The id of the first version; asked for at every step, so reckoned once."""
        return version_id(self.code, 1, self.content)


def version_id(code: str, number: int, content: Content) -> int:
    """The id of a calendar's version: 52 bits of a digest of all it says.

    So an id never stands for two contents, not even after a rolled-back transaction on an engine that
    hands out ids again, and what a process remembers of a version is true for ever.
    """
    said = json.dumps([code, number, content.columns], sort_keys=True, ensure_ascii=False)
    return int.from_bytes(hashlib.sha256(said.encode()).digest()[:8], "big") >> 12 or 1


@cache
def definitions() -> tuple[Definition, ...]:
    """Offices with lunch break and the published holidays; squads and sanitation from seven to nine daily."""
    days, until = published_days()
    offices = checked([_shift(_WEEK, "09:00", "12:30"), _shift(_WEEK, "14:00", "18:00")], days, 450, until)
    squads = checked([_shift(_EVERY_DAY, "07:00", "21:00")], [], 840, None)
    return (
        Definition(OFFICES, "机关办公", "Offices", offices),
        Definition(SQUADS, "中队与环卫", "Squads and sanitation", squads),
    )


def published_days() -> tuple[list[dict[str, Any]], int]:
    """Holidays and make-up days by the State Council's notices since 2004, and the last year known."""
    names = {holiday.value: holiday.chinese for holiday in Holiday}
    off = [
        {"date": day.isoformat(), "kind": "holiday", "name": names[name]} for day, name in holidays.items()
    ]
    on = [{"date": day.isoformat(), "kind": "working", "name": names[name]} for day, name in workdays.items()]
    return [*off, *on], max(day.year for day in holidays)


def _shift(weekdays: list[int], start: str, end: str) -> dict[str, Any]:
    return {"weekdays": weekdays, "from": start, "to": end}
