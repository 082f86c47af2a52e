"""A case reckoned anew in memory: by the preview over all that a change can touch, by the job on one it
holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cases.deadlines import PLAN_OWED, STAGE, Level
from cases.limits import Rules
from cases.models import Case, RearmJob
from cases.services.clocks import clock_reset, timers_reckoned
from cases.services.rearm.narrowing import Armed, Loaded
from core.timers import Wanted

_MOMENT = timedelta(microseconds=1)
_CLOCK = (
    "due_at", "yellow_at", "clock_since", "clock_spent", "clock_total", "clock_limit", "clock_calendar_id",
    "clock_rung", "clock_generation", "escalation", "first_due_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Anew:
    """How a case stands once it is reckoned anew.

    ``was`` and ``due`` are its deadline before and after, None while its clock rests. ``moves`` says whether
    any moment does, ``data`` what the event says, empty where nothing differs. ``owed`` is the moment of the
    plan it owes, where that moves; ``at_once`` whether a rung that lay ahead, or what runs beside, has come
    with it.
    """

    case: Case
    was: datetime | None
    due: datetime | None
    moves: bool
    data: Mapping[str, Any]
    owed: Wanted | None
    at_once: bool

    @property
    def shift(self) -> float:
        """By how many seconds the deadline is put off; negative when it comes earlier."""
        return (self.due - self.was).total_seconds() if self.due and self.was else 0.0

    def turns_late(self, now: datetime) -> bool:
        """Whether it is overdue by this alone."""
        return bool(self.due and self.was and self.due <= now < self.was)

    def turns_timely(self, now: datetime) -> bool:
        """Whether it is overdue no more."""
        return bool(self.due and self.was and self.was <= now < self.due)


def case_reckon(*, loaded: Loaded, kind: str, facts: Mapping[str, Any], rules: Rules, now: datetime) -> Anew:
    """Reckon a case by these rules, and compare with what is armed. It is changed in memory alone.

    Raises:
        NoWorkingTime: a calendar has too little.
    """
    case, armed = loaded.case, loaded.armed
    before = {name: getattr(case, name) for name in _CLOCK}
    was = case.due_at
    data = _limit_taken(case, facts) if kind == RearmJob.Kind.CONDITION else {}
    said = clock_reset(case=case, rules=rules, now=now, finish_by=loaded.finish_by)
    ahead = _ahead(loaded, rules)
    moments = {key: timer.due_at for key, timer in ahead.items()}
    if (was, before["yellow_at"], armed) == (case.due_at, case.yellow_at, moments):
        for name, value in before.items():
            setattr(case, name, value)
        return Anew(case, was, was, False, data, None, False)
    owed = ahead.get((PLAN_OWED, 1))
    if owed is not None and owed.due_at == armed[PLAN_OWED, 1]:
        owed = None
    data |= said | ({"was": was.isoformat()} if was else {})
    data |= {"plan_due": owed.due_at.isoformat()} if owed else {}
    at_once = any(at <= now and armed.get(key) != at for key, at in moments.items())
    return Anew(case, was, case.due_at, True, data, owed, at_once)


def _limit_taken(case: Case, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Give the case the handling limit of its condition; what its event says of it."""
    case.limit_value, case.limit_unit = facts["limit"]
    return {"limit": list(facts["limit"])}


def _ahead(loaded: Loaded, rules: Rules) -> dict[tuple[str, int], Wanted]:
    """The timers it should have. What is not armed beside the ladder has fired or is not wanted yet, and no
    difference; of the repetitions the one that is armed is compared."""
    found = {}
    for timer in timers_reckoned(loaded.case, loaded.parts, rules, _before_repeat(loaded.armed)):
        if timer.rule == STAGE or (timer.rule, timer.level) in loaded.armed:
            found[timer.rule, timer.level] = timer
    return found


def _before_repeat(armed: Armed) -> datetime | None:
    repeated = [at for (rule, level), at in armed.items() if rule == STAGE and level > Level.LEVEL3]
    return min(repeated) - _MOMENT if repeated else None
