"""The fast clock beside the story. Pure arithmetic, and only where a limit runs by day and night."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import localtime

# Working hours need a calendar; what runs without pause needs none.
_CONTINUOUS = {
    "紧急工作分": timedelta(minutes=1),
    "紧急工作时": timedelta(hours=1),
    "紧急工作日": timedelta(days=1),
}
_YELLOW, _RED = 0.8, 1.0


@dataclass(frozen=True, slots=True)
class Face:
    """What the clock shows: the moment, minutes spent of minutes allowed, and the lamp ("" without)."""

    at: datetime
    minutes: int = 0
    allowed: int = 0

    @property
    def share(self) -> int:
        """How much of the limit is used up, in percent; beyond 100 it is overdue."""
        return round(100 * self.minutes / self.allowed) if self.allowed else 0

    @property
    def lamp(self) -> str:
        """Green to four fifths of the limit, yellow to its end, then red."""
        if not self.allowed:
            return ""
        used = self.minutes / self.allowed
        return "green" if used < _YELLOW else "yellow" if used < _RED else "red"

    @property
    def minute_angle(self) -> int:
        """Where the long hand points, in whole degrees from twelve."""
        return localtime(self.at).minute * 6

    @property
    def hour_angle(self) -> int:
        """Where the short hand points, in whole degrees from twelve."""
        local = localtime(self.at)
        return local.hour % 12 * 30 + local.minute // 2


def face_of(*, at: datetime, begun: datetime | None, ended: datetime | None, limit: tuple[int, str]) -> Face:
    """The face at a moment; without minutes before handling begins or where the limit is in working time."""
    amount, unit = limit
    if begun is None or begun > at or unit not in _CONTINUOUS:
        return Face(at)
    until = ended if ended and ended < at else at
    return Face(at, _minutes(until - begun), _minutes(amount * _CONTINUOUS[unit]))


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
