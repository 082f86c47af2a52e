"""Changes of the rules as tests make them, and cases as they stood before and after."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from cases.deadlines import Limit, Rung, default_rung
from cases.models import Case, CaseEvent, RearmJob
from cases.services.rearm import (
    CalendarChange,
    Change,
    LadderChange,
    LimitsChange,
    Preview,
    rearm_jobs_run,
    rearm_preview,
    rearm_start,
)
from cases.workflow import Stage
from core.models import Calendar, Timer
from core.calendars import content_of
from core.worktime import checked
from tests.cast import NOW, World

SOON = NOW + timedelta(minutes=1)
LATER = SOON + timedelta(minutes=2)
TUESDAY = date(2026, 11, 24)


def days_off(code: str, *days: date) -> CalendarChange:
    """The calendar with these days off as well."""
    version = Calendar.objects.get(code=code).current
    assert version is not None
    content, more = (
        content_of(version),
        [{"date": d.isoformat(), "kind": "holiday", "name": "停工"} for d in days],
    )
    new = checked(**{**content.columns, "days": [*content.days, *more]})
    return CalendarChange(code, new, version.number)


def limit(stage: Stage | str, amount: int, unit: str, track: str = "") -> LimitsChange:
    """Another limit of a stage."""
    return LimitsChange({(str(stage), track): Limit(amount, unit)})


def rung(stage: Stage | str, level: int, track: str = "", **given: Any) -> LadderChange:
    """Another rung, as built in but for what is given."""
    held = default_rung(stage, level)
    columns = {name: getattr(held, name) for name in Rung.__dataclass_fields__} | given
    return LadderChange({(str(stage), track, level): Rung(**columns)})


def preview(world: World, change: Change, who: str = "admin", now: datetime = SOON) -> Preview:
    """What it would do, as somebody sees it."""
    return rearm_preview(change=change, access=world.access(who), now=now)


def start(world: World, change: Change, who: str = "admin", now: datetime = SOON) -> RearmJob:
    """Start what was previewed."""
    digest = preview(world, change, who, now).digest
    access = world.access(who)
    given = {"reason": "市里通知", "digest": digest, "key": str(uuid4())}
    answer = rearm_start(change=change, access=access, now=now, **given)
    return RearmJob.objects.get(pk=answer["job"])


def finish(job: RearmJob, now: datetime = SOON) -> RearmJob:
    """Let the job look at everything, and once more."""
    rearm_jobs_run(now=now)
    rearm_jobs_run(now=now + timedelta(minutes=1))
    rearm_jobs_run(now=now + timedelta(minutes=1))
    job.refresh_from_db()
    return job


def change(world: World, wanted: Change, who: str = "admin", now: datetime = SOON) -> RearmJob:
    """Make a change, to its end."""
    return finish(start(world, wanted, who, now), now)


def rows() -> dict[int, dict[str, Any]]:
    """Every case with all its columns, what is armed of it, and its events."""
    found = {row["id"]: row for row in Case.objects.values()}
    for pk, row in found.items():
        timers = Timer.objects.filter(subject=f"case:{pk}").exclude(state="superseded")
        row["timers"] = sorted(timers.values_list("rule", "level", "generation", "due_at", "state"))
        row["events"] = list(CaseEvent.objects.filter(case=pk).order_by("seq").values_list("hash", flat=True))
    return found


def armed(case: Case) -> dict[tuple[str, int], datetime]:
    """What is armed of a case, by rule and level."""
    timers = Timer.objects.filter(subject=f"case:{case.pk}", state="armed")
    return {(timer.rule, timer.level): timer.due_at for timer in timers}
