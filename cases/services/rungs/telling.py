"""Telling people that something is late: when each may hear of it, and the notice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import Unit
from cases import deadlines as rule
from cases.deadlines import Level
from cases.limits import Rules, rules_now
from cases.models import Case
from cases.services.naming import people_in_charge
from cases.services.rungs.hearers import HEARERS, people_on_duty
from cases.services.rungs.taking import OF_CLOCK
from cases.veil import cover_of
from cases.workflow import OPEN, Stage
from core.calendars import calendar_of
from core.worktime import is_working, next_working
from notices.services.inbox import notice_send

_KINDS: Mapping[str, str] = {
    rule.POOL: "pool_late",
    rule.CHECKER: "checker_needed",
    rule.SIGN_FOR: "sign_for_late",
    rule.PLAN_OWED: "plan_owed_late",
    rule.REPLY: "reply_late",
    rule.PRESENCE: "presence_late",
}
_LEVELS: Mapping[int, str] = {
    Level.WARNING: "warning",
    Level.OVERDUE: "overdue",
    Level.LEVEL2: "level2",
    Level.LEVEL3: "level3",
}
# Whose working time is not that of whoever the case waits for.
_ELSEWHERE: Mapping[str, Unit.Kind] = {
    rule.STATION: Unit.Kind.STATION,
    rule.BUREAU: Unit.Kind.BUREAU,
    rule.BUREAU_LEADER: Unit.Kind.BUREAU,
    rule.SUPERVISOR: Unit.Kind.BUREAU,
    rule.CALLED: Unit.Kind.BUREAU,
    rule.CALLER: Unit.Kind.BUREAU,
}
# When people are told: at once (None), or not before a moment.
Hearing = Mapping[datetime | None, list[int]]


def rung_notify(*, payload: Mapping[str, Any], now: datetime) -> None:
    """Tell the people of one rung; ``payload`` is that of the topic ``case.rung``.

    A case that is done meanwhile needs nobody any more.
    """
    case = Case.objects.select_related("case_class", "lead_unit", "contact").get(number=payload["number"])
    if Stage(case.stage) not in OPEN:
        return
    if _moved_on(case, payload):
        if not _matters(payload):
            return
        _put_back(case, payload)
    for not_before, people in rung_hearing(case=case, payload=payload, now=now).items():
        _send(case, payload, people, now, not_before)


def rung_hearing(*, case: Case, payload: Mapping[str, Any], now: datetime) -> Hearing:
    """Who hears of a rung, by when they may.

    Outside their own working time people hear in its next minute. Only an emergency sounds at once then, to
    whoever is on duty, or where nobody is to those the case waits for; and a rung the city lets sound.
    """
    rules, found = rules_now(), dict[int, datetime | None]()
    for code in payload["hears"]:
        not_before = None if payload["sounds"] else _next_minute(case, code, rules, now)
        for person in HEARERS[code](case, payload["of"], now):
            found[person] = _earlier(found.get(person, not_before), not_before)
    if payload["urgent"] and any(found.values()):
        woken = people_on_duty(case, now) or people_in_charge(case, now)
        found |= dict.fromkeys(woken)
    hearing: dict[datetime | None, list[int]] = {}
    for person, not_before in found.items():
        hearing.setdefault(not_before, []).append(person)
    return hearing


def _next_minute(case: Case, code: str, rules: Rules, now: datetime) -> datetime | None:
    """The next working minute of those a code stands for; None while they work."""
    kind = _ELSEWHERE.get(code)
    days = calendar_of(rules.version_of(kind, case) if kind else rules.version_for(case))
    return None if is_working(now, days) else next_working(now, days)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else None


def _moved_on(case: Case, payload: Mapping[str, Any]) -> bool:
    """Whether the stage it was about is over by now, by the very step that settled it perhaps."""
    return payload["rule"] in OF_CLOCK and payload.get("stage", case.stage) != case.stage


def _matters(payload: Mapping[str, Any]) -> bool:
    """Whether a rung is told of though its stage is over: that it was late stays true."""
    return bool(payload["rule"] == rule.STAGE and payload["level"] >= Level.OVERDUE)


def _put_back(case: Case, payload: Mapping[str, Any]) -> None:
    """Have a case, never saved here, stand where it stood then, so that those hear who were late."""
    case.stage, case.assignee_id, case.lead_unit_id = (
        payload["stage"], payload["assignee"], payload["lead_unit"],
    )  # fmt: skip


def kind_of(name: str, level: int) -> str:
    """What a rung is called in an inbox."""
    return _LEVELS[min(level, Level.LEVEL3)] if name == rule.STAGE else _KINDS[name]


def _send(
    case: Case, payload: Mapping[str, Any], people: list[int], now: datetime, not_before: datetime | None
) -> None:
    kind = kind_of(payload["rule"], payload["level"])
    facts = {
        "number": case.number,
        "stage_code": case.stage,
        "what": case.case_class.name if case.case_class else "",
        "where": cover_of(case)(case.address),
        "due": payload["due"],
        "level": payload["level"],
    }
    notice_send(
        recipients=people, kind=kind, facts=facts, link=f"/cases/{case.number}/",
        cause=f"case:{case.number}:{payload['event']}:{kind}", now=now,
        urgent=payload["urgent"] or payload["sounds"], not_before=not_before,
    )  # fmt: skip
