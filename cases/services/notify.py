"""Who is told of a step in the inbox: the next person, and the reporter at filing and at the end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.workflow import Action, Stage
from notices.services.inbox import notice_send

_FILED = frozenset({Action.VERIFY, Action.FIX_NOW})


def step_notify(*, payload: Mapping[str, Any], now: datetime) -> None:
    """Write the notices of one step; ``payload`` is that of the topic ``case.step``."""
    actor, reporter, assignee = payload["actor"], payload["reporter"], payload["assignee"]
    if assignee and assignee != actor:
        _send(payload, assignee, "task", now)
    if not reporter or reporter == actor:
        return
    if kind := _kind_for_reporter(Action(payload["action"]), payload["to"]):
        _send(payload, reporter, kind, now)


def _kind_for_reporter(action: Action, stage: str) -> str:
    # Both ends hear (事前事后双反馈): at verification or rejection, and at completion.
    if action in _FILED:
        return "verified"
    if action is Action.REJECT:
        return "rejected"
    return "closed" if stage == Stage.CLOSED else ""


def _send(payload: Mapping[str, Any], recipient: int, kind: str, now: datetime) -> None:
    notice_send(
        recipients=[recipient],
        kind=kind,
        facts={
            "number": payload["number"],
            "stage_code": payload["to"],
            "what": payload["class"],
            "where": payload["address"],
            "reason_code": payload.get("reason", ""),
        },
        link=f"/cases/{payload['number']}/",
        cause=f"case:{payload['number']}:{payload['event']}:{kind}",
        now=now,
    )
