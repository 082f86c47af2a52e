"""Changes of the rules as tests make them, and cases as they stood before and after."""

from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import uuid4

from cases.deadlines import Limit, Rung, default_rung
from cases.models import Case, CaseEvent, RearmJob
from cases.services.history_verify import history_breaks
from cases.services.invariants import invariants_check
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
from cases.workflow import Action, Stage
from core.calendars import content_of
from core.models import Calendar, OutboxDelivery, Timer
from core.worktime import checked
from tests.cast import NOW, World

SOON = NOW + timedelta(hours=1)
HALF_A_MINUTE = timedelta(seconds=30)
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def days_off(code: str, *days: date) -> CalendarChange:
    """The calendar with these days off as well."""
    more = [{"date": day.isoformat(), "kind": "holiday", "name": "停工"} for day in days]
    return calendar(code, days=[*current(code).days, *more])


def calendar(code: str, **columns: Any) -> CalendarChange:
    """The calendar with other content."""
    version = Calendar.objects.get(code=code).current
    assert version is not None
    return CalendarChange(code, checked(**{**content_of(version).columns, **columns}), version.number)


def current(code: str) -> Any:
    """What a calendar says now."""
    version = Calendar.objects.get(code=code).current
    assert version is not None
    return content_of(version)


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


def start(
    world: World, change: Change, who: str = "admin", now: datetime = SOON, digest: str = "", key: str = ""
) -> RearmJob:
    """Start what was previewed."""
    digest = digest or preview(world, change, who, now).digest
    given = {"reason": "市里通知", "digest": digest, "key": key or str(uuid4())}
    answer = rearm_start(change=change, access=world.access(who), now=now, **given)
    return RearmJob.objects.get(pk=answer["job"])


def finish(job: RearmJob, now: datetime = SOON) -> RearmJob:
    """Let the job look at everything, and half a minute later once more."""
    rearm_jobs_run(now=now)
    rearm_jobs_run(now=now + HALF_A_MINUTE)
    job.refresh_from_db()
    return job


def change(world: World, wanted: Change, who: str = "admin", now: datetime = SOON) -> RearmJob:
    """Make a change, to its end."""
    return finish(start(world, wanted, who, now), now)


def rows() -> dict[int, dict[str, Any]]:
    """Every case with all its columns, what is armed of it, and its events."""
    found = {row["id"]: cast("dict[str, Any]", row) for row in Case.objects.values()}
    for pk, row in found.items():
        timers = Timer.objects.filter(subject=f"case:{pk}").exclude(state="superseded")
        row["timers"] = sorted(timers.values_list("rule", "level", "generation", "due_at", "state"))
        row["events"] = list(CaseEvent.objects.filter(case=pk).order_by("seq").values_list("hash", flat=True))
    return found


def armed(case: Case) -> dict[tuple[str, int], datetime]:
    """What is armed of a case, by rule and level."""
    timers = Timer.objects.filter(subject=f"case:{case.pk}", state="armed")
    return {(timer.rule, timer.level): timer.due_at for timer in timers}


def rearmed(case: Case) -> list[CaseEvent]:
    """The events by which it was reckoned anew."""
    return list(CaseEvent.objects.filter(case=case, action=Action.REARM).order_by("seq"))


def broken() -> set[str]:
    """The invariants that do not hold, and whether a history is broken or says something else."""
    OutboxDelivery.objects.update(state=OutboxDelivery.State.DONE)
    found = {one.invariant.name for one in invariants_check(now=SOON) if one.count}
    return found | {"history" for _number, breaks in history_breaks(number="") if breaks}
