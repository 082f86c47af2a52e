"""The filters of a list, from an address bar to what ``cases.selectors.filtered`` takes. Pure."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.dateparse import parse_date

_ZONE = ZoneInfo("Asia/Shanghai")
# The columns a list has when nobody asks for others.
USUAL = ("deadline", "stage", "place", "unit")
_LISTS = (
    "stage", "track", "source", "line", "district", "street", "community", "grid", "unit", "mark", "lamp",
)  # fmt: skip
_SWITCHES = ("open", "overdue")
LEVELS = ("1", "2", "3")
# What a list is sorted by; unless asked, the newest stand first.
BY_DEADLINE = "due"


def filters_of(query: QueryDict) -> dict[str, Any]:
    """Lists of codes, ``class``, ``escalation``, ``open``, ``overdue``, ``since`` and ``until`` (the whole
    day).

    What can't be understood is left out: a shared link with a slip still shows a list.
    """
    wanted: dict[str, Any] = {
        name: values
        for name in _LISTS
        if (values := [v[:40] for v in query.getlist(name)[:50] if v and "\x00" not in v])
    }
    if (key := query.get("class", "")) and "\x00" not in key:
        wanted["class"] = key[:40]
    wanted |= {name: query[name] == "yes" for name in _SWITCHES if query.get(name) in ("yes", "no")}
    if levels := [int(v) for v in query.getlist("escalation")[:50] if v in LEVELS]:
        wanted["escalation"] = levels
    if since := _day(query.get("since", "")):
        wanted["since"] = _begin(since)
    if until := _day(query.get("until", "")):
        wanted["until"] = _begin(until + timedelta(days=1))
    return wanted


def order_of(query: QueryDict) -> str:
    """The column a list is in the order of, as ``core.paging`` takes it."""
    return ORDERS.get(query.get("sort", ""), ORDERS[""])


ORDERS = {"": "-opened_at", BY_DEADLINE: "due_at"}


def kept_of(query: QueryDict) -> QueryDict:
    """What makes a list what it is: filters, words and columns; not the page it is open at."""
    kept = QueryDict(mutable=True)
    for name in (*_LISTS, "escalation", "class", *_SWITCHES, "since", "until", "q", "sort", "cols"):
        values = [v[:100] for v in query.getlist(name)[:50] if v and "\x00" not in v]
        if values and not (name == "cols" and set(values) == set(USUAL)):
            kept.setlist(name, values)
    return kept


def _day(text: str) -> date | None:
    try:
        day = parse_date(text[:10])
    except ValueError:
        return None
    return day if day and 2000 <= day.year <= 2100 else None


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), _ZONE)
