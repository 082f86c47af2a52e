"""When the steps of a replayed request were taken, between its real opening and closing. Pure."""

import hashlib
from datetime import datetime, timedelta

from cases.workflow import Action, Stage

# Share of the whole time, and what it took at most: nobody needs a month to verify, however long
# the whole took. Both grow from step to step, so the moments do too.
_PACE: dict[Action, tuple[float, timedelta]] = {
    Action.VERIFY: (0.06, timedelta(hours=1)),
    Action.SUBMIT_PLAN: (0.12, timedelta(hours=5)),
    Action.APPROVE: (0.18, timedelta(hours=9)),
    Action.DISPATCH: (0.24, timedelta(hours=10)),
    Action.SIGN_FOR: (0.30, timedelta(hours=12)),
    Action.FINISH: (0.84, timedelta(days=3650)),
    Action.PASS: (0.92, timedelta(days=4000)),
}
# Shares move by less than half of the smallest distance between two, so their order holds.
_SWAY = 0.025
_OPEN_FOR = timedelta(days=6)
# How far a request that is open in its source had come, in hundredths.
_STANDS_AT = (
    (35, Stage.VERIFY),
    (45, Stage.PLAN),
    (55, Stage.APPROVE),
    (60, Stage.DISPATCH),
    (88, Stage.HANDLE),
    (100, Stage.CHECK),
)


def lot(seed: str) -> float:
    """A number in [0, 1) that is always the same for the same seed."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:6], "big") / 2**48


def moment(action: Action, opened: datetime, closed: datetime | None, seed: str, *, last: bool) -> datetime:
    """When a step was taken; the ``last`` one of a closed request exactly when it was closed.

    Moments of one request grow strictly from step to step wherever its time is a second or more.
    """
    if last and closed is not None:
        return closed
    share, most = _PACE[action]
    sway = (lot(f"{seed}:{action}") * 2 - 1) * _SWAY
    whole = closed - opened if closed is not None else _OPEN_FOR
    return opened + min(whole * (share + sway), most * (1 + sway))


def stands_at(seed: str) -> Stage:
    """The stage in which a request that was never closed stands."""
    drawn = lot(f"{seed}:stands") * 100
    return next(stage for most, stage in _STANDS_AT if drawn < most)
