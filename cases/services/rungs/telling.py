"""Who hears that something is late, and when: the people of a rung, as they are posted when it is told."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from accounts.roles import Role
from cases import deadlines as rule
from cases.deadlines import Level
from cases.models import Case, PresenceCall, Supervision
from cases.services.naming import people_in_charge, people_to_tell
from cases.veil import cover_of
from cases.workflow import OPEN, STAGES, UNIT_ROLES, Stage
from core.calendars import calendar_of, calendars_now
from core.worktime import is_working, next_working
from grids.presence import posts_near
from grids.selectors import people_posted
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


def rung_notify(*, payload: Mapping[str, Any], now: datetime) -> None:
    """Tell the people of one rung; ``payload`` is that of the topic ``case.rung``.

    Outside the offices' hours only what is urgent sounds, to whoever is on duty; all else waits for the next
    working minute. A case that is done meanwhile needs nobody any more.
    """
    case = Case.objects.select_related("case_class", "lead_unit", "contact").get(number=payload["number"])
    if Stage(case.stage) not in OPEN:
        return
    days = calendar_of(calendars_now().by_code("offices"))
    people = _people(case, payload, now)
    if is_working(now, days) or payload["sounds"]:
        _send(case, payload, people, now, None)
    else:
        _send(case, payload, people, now, next_working(now, days))
    if payload["urgent"] and not is_working(now, days):
        _send(case, payload, [p for p in _on_duty(case, now) if p not in people], now, None)


def _people(case: Case, payload: Mapping[str, Any], now: datetime) -> list[int]:
    found = [person for code in payload["hears"] for person in _HEARERS[code](case, payload["of"], now)]
    return list(dict.fromkeys(found))


def _named(case: Case, of: int, now: datetime) -> Iterable[int]:
    return people_in_charge(case, now)


def _leaders(case: Case, of: int, now: datetime) -> Iterable[int]:
    """Whoever leads those the case waits for."""
    owners = STAGES[Stage(case.stage)].owners
    if owners & UNIT_ROLES:
        return _unit_heads(case, of, now)
    if Role.OFFICER in owners:
        return people_to_tell(case, frozenset({Role.SQUAD_LEADER}), now)
    return people_to_tell(case, owners, now)


def _unit_heads(case: Case, of: int, now: datetime) -> Iterable[int]:
    if Stage(case.stage) is not Stage.HANDLE or case.lead_unit_id is None:
        return people_to_tell(case, frozenset({Role.SQUAD_LEADER}), now)
    heads = people_posted(roles=(Role.UNIT_HEAD,), now=now, unit_ids=[case.lead_unit_id])
    return heads.values_list("pk", flat=True)


def _role(role: Role) -> Callable[[Case, int, datetime], Iterable[int]]:
    return lambda case, of, now: people_to_tell(case, frozenset({role}), now)


def _supervisor(case: Case, of: int, now: datetime) -> Iterable[int]:
    rows = Supervision.objects.filter(case=case, event=of, by__isnull=False)
    return [person or 0 for person in rows.values_list("by_id", flat=True)]


def _called(case: Case, of: int, now: datetime) -> Iterable[int]:
    roles = PresenceCall.objects.filter(case=case, event=of).values_list("role", flat=True)
    return people_to_tell(case, frozenset(Role(role) for role in roles), now)


def _caller(case: Case, of: int, now: datetime) -> Iterable[int]:
    return PresenceCall.objects.filter(case=case, event=of).values_list("asked_by_id", flat=True)


_HEARERS: Mapping[str, Callable[[Case, int, datetime], Iterable[int]]] = {
    rule.NAMED: _named,
    rule.LEADER: _leaders,
    rule.UNIT_HEAD: _unit_heads,
    rule.STATION: _role(Role.STATION),
    rule.BUREAU: _role(Role.BUREAU),
    rule.BUREAU_LEADER: _role(Role.LEADER),
    rule.SUPERVISOR: _supervisor,
    rule.CALLED: _called,
    rule.CALLER: _caller,
}


def _on_duty(case: Case, now: datetime) -> list[int]:
    owners = STAGES[Stage(case.stage)].owners
    posts = posts_near(roles=owners | {Role.SQUAD_LEADER}, area_ids=case.area_ids, now=now)
    return list(dict.fromkeys(post.person.pk for post in posts if post.duty_since is not None))


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
        urgent=payload["urgent"] or (payload["sounds"] and not_before is None), not_before=not_before,
    )  # fmt: skip
