"""How long people take for a step, and when offices are open. Pure."""

import random
from datetime import datetime, time, timedelta

from cases.workflow import Action
from citymgmt.demo.story import ZONE

# Hours from one step to the next: at least, at most, mostly.
_HOURS: dict[Action, tuple[float, float, float]] = {
    Action.VERIFY: (0.2, 2.5, 0.6),
    Action.FIX_NOW: (0.2, 2.0, 0.5),
    Action.REJECT: (0.3, 3.0, 0.8),
    Action.CORRECT: (0.1, 0.6, 0.2),
    Action.SUBMIT_PLAN: (0.8, 6.0, 2.5),
    Action.SEND_BACK: (0.5, 3.0, 1.0),
    Action.APPROVE: (0.4, 6.0, 2.0),
    Action.RETURN_PLAN: (0.5, 4.0, 1.5),
    Action.DISPATCH: (0.1, 1.0, 0.3),
    Action.SIGN_FOR: (0.1, 1.5, 0.4),
    Action.RETURN_DISPATCH: (0.5, 6.0, 2.0),
    Action.HAND_IN: (2.0, 16.0, 6.0),
    Action.FINISH: (0.5, 6.0, 2.0),
    Action.PASS: (0.5, 8.0, 2.5),
    Action.REWORK: (0.5, 6.0, 2.0),
    Action.CLOSE: (1.0, 20.0, 5.0),
    Action.DISSATISFIED: (1.0, 20.0, 6.0),
    Action.NOTE: (0.3, 3.0, 1.0),
}
_OPENS, _CLOSES = time(8, 30), time(18, 0)


def when(
    action: Action, before: datetime, dice: random.Random, *, days_of_work: float, nights: bool
) -> datetime:
    """The moment of a step that follows one taken at ``before``.

    ``days_of_work`` is what handling takes beyond the usual; with ``nights`` people work round the clock.
    """
    least, most, mode = _HOURS[action]
    hours = dice.triangular(least, most, mode)
    if action is Action.FINISH:
        hours += days_of_work * 24
    at = before + timedelta(hours=hours)
    return at if nights else _into_hours(at, dice)


def brisk(before: datetime, dice: random.Random) -> datetime:
    """The moment of a step of a case that is hurried into a stage: a few minutes to half an hour later."""
    return before + timedelta(minutes=dice.uniform(4, 32))


def _into_hours(at: datetime, dice: random.Random) -> datetime:
    local = at.astimezone(ZONE)
    morning = datetime.combine(local.date(), _OPENS, ZONE) + timedelta(minutes=dice.uniform(0, 70))
    if local.time() < _OPENS:
        return morning
    return morning + timedelta(days=1) if local.time() > _CLOSES else at
