"""Letting time pass over cases: moments in words, what fires, what is armed, who is told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from cases.limits import rules_now
from cases.models import Case, CaseEvent
from cases.selectors import parts_of
from cases.services.clocks import subject_of, timers_wanted
from cases.services.invariants import invariants_check
from cases.workflow import Action
from core.models import OutboxDelivery, OutboxEvent, Timer
from core.services.outbox import outbox_drain
from core.services.timers import timers_fire
from notices.models import Notice
from tests.cast import World
from tests.walk import go, report, step, usual

CITY = ZoneInfo("Asia/Shanghai")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# The clocks, apart from what must hold of everything else.
_RULES = {"clock", "timers", "lateness", "suspended", "stage", "count", "path", "table", "version"}
DIRECT, EMERGENCY = ("verify", "officer"), "manhole"


def at(text: str) -> datetime:
    """A moment of 2026 in the city's time: "11-23 10:00"."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=CITY).astimezone(UTC)


def told_time(moment: datetime | None) -> str:
    """The same the other way round; "" for none."""
    return f"{moment.astimezone(CITY):%m-%d %H:%M}" if moment else ""


def take(world: World, case: Case, action: str, who: str, when: str, **more: Any) -> Case:
    """Take a step at a moment with the usual input, some of it replaced."""
    raw = usual(world, action, who, "litter", case) | more
    return step(world, case, action, who, now=at(when), **raw)


def handled(world: World, condition: str = "litter") -> Case:
    """Reported on Monday, 23 November 2026, at 10:00 and verified at 10:10: with its unit at once."""
    case = report(world)
    raw = usual(world, "verify", "officer", condition, case)
    return step(world, case, "verify", "officer", now=at("11-23 10:10"), **raw)


def planned(world: World) -> Case:
    """The same on the standard track: it waits for a plan."""
    return go(world, report(world), DIRECT, condition="sign")


def fire(when: str | datetime) -> int:
    """Fire everything that is due, and what becomes due by that; how many fired."""
    now, count = at(when) if isinstance(when, str) else when, 0
    while done := timers_fire(now=now).fired:
        count += done
    return count


def armed(case: Case, rule: str = "stage") -> dict[int, str]:
    """When each level of a rule comes."""
    rows = Timer.objects.filter(subject=subject_of(case.pk), rule=rule, state=Timer.State.ARMED)
    return {level: told_time(due) for level, due in rows.order_by("level").values_list("level", "due_at")}


def timers(case: Case) -> dict[str, set[str]]:
    """The states of a case's timers by rule."""
    found: dict[str, set[str]] = {}
    for rule, state in Timer.objects.filter(subject=subject_of(case.pk)).values_list("rule", "state"):
        found.setdefault(rule, set()).add(state)
    return found


def late(case: Case) -> list[tuple[str, int, str]]:
    """The rungs in a case's history: rule, level, when it was written."""
    events = CaseEvent.objects.filter(case=case, action=Action.ESCALATE).order_by("seq")
    return [(event.data["rule"], event.data["level"], told_time(event.at)) for event in events]


def rungs_said(case: Case) -> list[dict[str, Any]]:
    """What the outbox holds of a case's rungs, in order."""
    rows = OutboxEvent.objects.filter(topic="case.rung", subject=f"case:{case.number}").order_by("pk")
    return [row.payload for row in rows]


def forget_told() -> None:
    """Leave what was said until now out of account."""
    OutboxDelivery.objects.update(state=OutboxDelivery.State.DONE)
    Notice.objects.all().delete()


def told(when: str | datetime) -> dict[str, list[str]]:
    """Who is told what once the outbox is drained: kinds by login."""
    now = at(when) if isinstance(when, str) else when
    while outbox_drain(now=now):
        pass
    found: dict[str, list[str]] = {}
    for login, kind in Notice.objects.order_by("pk").values_list("recipient__username", "kind"):
        found.setdefault(login, []).append(kind)
    return found


def hears_from(kind: str) -> dict[str, str]:
    """From when each may hear of it, "" for at once; by login."""
    rows = Notice.objects.filter(kind=kind).values_list("recipient__username", "not_before")
    return {login: told_time(moment) for login, moment in rows}


def sound(when: str | datetime, names: Sequence[str] = ()) -> None:
    """The rules about clocks hold, and every open case has exactly the timers it should have."""
    now = at(when) if isinstance(when, str) else when
    found = {f.invariant.name: f.examples for f in invariants_check(now=now) if f.count}
    assert {name: found[name] for name in found if name in _RULES | set(names)} == {}
    rules = rules_now()
    for case in Case.objects.select_related("lead_unit", "condition"):
        rows = Timer.objects.filter(subject=subject_of(case.pk)).exclude(state=Timer.State.SUPERSEDED)
        kept = {(t.rule, t.level, t.generation): (t.state, t.due_at) for t in rows}
        running = {key: due for key, (state, due) in kept.items() if state == Timer.State.ARMED}
        wanted = {
            (want.rule, want.level, want.generation): want.due_at
            for want in timers_wanted(case, parts_of(case), rules, now)
        }
        # What has fired is not armed again.
        fired = {key for key, (state, _due) in kept.items() if state == Timer.State.FIRED}
        assert running == {key: due for key, due in wanted.items() if key not in fired}, case.number


def login(case: Case) -> str:
    """Whose task it is, "" for nobody's."""
    return User.objects.filter(tasks=case).values_list("username", flat=True).first() or ""
