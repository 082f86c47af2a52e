"""A day off more or less in the calendar of offices, as an administrator makes it while all else goes on."""

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cases.services.rearm import CalendarChange, operator_rearm, rearm_jobs_run, rearm_preview
from core.calendars import content_of
from core.models import Calendar
from core.worktime import checked

_ZONE = ZoneInfo("Asia/Shanghai")


def holiday_turns(*, now: datetime, rng: random.Random) -> str:
    """Make one of the next days a holiday, or an ordinary day again, and have open cases follow; in words."""
    row = Calendar.objects.select_related("current").get(code="offices")
    assert row.current is not None
    day = f"{(now.astimezone(_ZONE) + timedelta(days=rng.randrange(5))):%Y-%m-%d}"
    content = content_of(row.current)
    days = [one for one in content.days if one["date"] != day]
    if len(days) == len(content.days):
        days.append({"date": day, "kind": "holiday", "name": "临时放假"})
    change = CalendarChange("offices", checked(**(content.columns | {"days": days})), row.current.number)
    preview = rearm_preview(change=change, access=None, now=now)
    operator_rearm(change=change, reason="走查", digest=preview.digest, now=now)
    while rearm_jobs_run(now=now):
        pass
    return f"{day} turns, {preview.counts.changed} cases follow"
