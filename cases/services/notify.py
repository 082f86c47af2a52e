"""Who is told of a step in the inbox: the next person, and both ends at filing and at the end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import User
from accounts.roles import Role
from cases.models import Case, Joiner
from cases.selectors import case_q
from cases.workflow import DONE, OPEN, Action, Stage
from grids.access import access_for
from grids.selectors import people_posted
from notices.models import Notice
from notices.services.inbox import notice_send, notices_withdraw

# After these somebody may have lost the case from sight.
_SHRINKS = frozenset({
    Action.RETURN_DISPATCH, Action.DISPATCH, Action.ASSIGN_UNITS, Action.SEND_BACK, Action.REJECT,
    Action.TRANSFER, Action.REOPEN, Action.MOVE, Action.RESCOPE,
})  # fmt: skip
# What says by when.
_DUE = frozenset({"suspension_over"})
_FILED = frozenset({Action.VERIFY, Action.FIX_NOW})
_ENDS: Mapping[str, str] = {
    Stage.CLOSED: "closed",
    Stage.REJECTED: "rejected",
    Stage.TRANSFERRED: "transferred",
    Stage.MERGED: "merged",
    Stage.VOIDED: "voided",
}


def step_notify(*, payload: Mapping[str, Any], now: datetime) -> None:
    """Write the notices of one step; ``payload`` is that of the topic ``case.step``."""
    actor, reporter, assignee = payload["actor"], payload["reporter"], payload["assignee"]
    if assignee and assignee != actor:
        _send(payload, [assignee], "task", now)
    for kind, people in payload.get("told", {}).items():
        _send(payload, [person for person in people if person not in (actor, assignee)], kind, now)
    if payload.get("former") not in (None, actor):
        _send(payload, [payload["former"]], "taken", now)
    leaders = _leaders(payload.get("pool") or {}, now)
    _send(payload, [leader for leader in leaders if leader != actor], "pool", now)
    if kind := _kind_for_reporter(Action(payload["action"]), payload["from"], payload["to"]):
        ends = {reporter, *_followers(payload["number"])} - {None, actor}
        _send(payload, sorted(ends), kind, now)
    if payload["action"] in _SHRINKS:
        _withdraw(payload["number"], now)


def _leaders(pool: Mapping[str, int], now: datetime) -> list[int]:
    """Who leads where a task stands in the pool, of a street or a unit."""
    streets, units = ([pool[kind]] if kind in pool else [] for kind in ("street", "unit"))
    if not streets and not units:
        return []
    roles = (Role.SQUAD_LEADER, Role.UNIT_HEAD)
    return [person.pk for person in people_posted(roles=roles, now=now, area_ids=streets, unit_ids=units)]


def _followers(number: str) -> set[int]:
    """Ids of the people who joined the case, and of those who reported what was merged into it."""
    joined = Joiner.objects.filter(case__number=number, user__isnull=False).order_by().values_list("user_id")
    merged = Case.objects.filter(merged_into__number=number, reporter__isnull=False).order_by()
    return {person for (person,) in joined.union(merged.values_list("reporter_id"))}


def _withdraw(number: str, now: datetime) -> None:
    """Take back what was said of a case to people who do not see it any more: a unit that gave it back,
    whoever's grid it was moved away from."""
    link = f"/cases/{number}/"
    told = User.objects.filter(pk__in=Notice.objects.filter(link=link).values("recipient_id"))
    gone = [
        person.pk
        for person in told
        if not Case.objects.filter(case_q(access_for(person, now=now)), number=number).exists()
    ]
    if gone:
        notices_withdraw(link=link, recipients=gone)


def _kind_for_reporter(action: Action, before: str, stage: str) -> str:
    # Both ends hear (事前事后双反馈): at verification or rejection, and at completion.
    if action in _FILED:
        return "verified"
    if before == stage:
        return ""
    if before in DONE and stage in OPEN:
        return "reopened"
    return _ENDS.get(stage, "")


def _send(payload: Mapping[str, Any], recipients: list[int], kind: str, now: datetime) -> None:
    if not recipients:
        return
    notice_send(
        recipients=recipients,
        kind=kind,
        facts={
            "number": payload["number"],
            "stage_code": payload["to"],
            "what": payload["class"],
            # A copy for the inbox: a number that somebody wrote into the address stays on the case.
            "where": payload["address"],
            "reason_code": payload.get("reason", ""),
        }
        | ({"due": payload.get("due", "")} if kind in _DUE else {}),
        link=f"/cases/{payload['number']}/",
        cause=f"case:{payload['number']}:{payload['event']}:{kind}",
        now=now,
    )
