"""How long to wait before something is tried again. Pure."""

import hashlib
from datetime import timedelta

FIRST, LONGEST = timedelta(seconds=5), timedelta(minutes=30)


def wait_before(attempt: int, seed: str) -> timedelta:
    """How long after the failed attempt number ``attempt`` (from 1) the next one comes.

    Doubles from five seconds to half an hour, and up to a quarter more so that what failed together does
    not come back together. The quarter follows from ``seed``: the same message always waits the same.
    """
    plain: timedelta = FIRST * 2 ** min(max(attempt, 1) - 1, 20)
    spread = int.from_bytes(hashlib.sha256(f"{seed}:{attempt}".encode()).digest()[:4], "big") / 2**32
    return min(plain, LONGEST) * (1 + spread / 4)
