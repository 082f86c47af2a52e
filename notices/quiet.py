"""Hours in which only what is urgent sounds. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

CITY = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Quiet:
    """From one time of the day to another, in city time; over midnight when the first is the later one."""

    begins: time
    ends: time

    def holds(self, moment: datetime) -> bool:
        """Whether it is quiet then."""
        at = moment.astimezone(CITY).time()
        if self.begins < self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


# Outside the usual hours of squads and handling units, and outside those of offices.
FIELD, OFFICE = Quiet(time(21), time(7)), Quiet(time(18), time(9))


def quiet_between(begins: time | None, ends: time | None) -> Quiet | None:
    """Quiet hours from two columns; None when both are empty."""
    return None if begins is None or ends is None else Quiet(begins, ends)


def sounds_from(moment: datetime, quiet: Quiet | None) -> datetime:
    """The first moment, from ``moment`` on, at which something may sound; in UTC."""
    if quiet is None or not quiet.holds(moment):
        return moment
    local = moment.astimezone(CITY)
    day = local.date() if local.time() < quiet.ends else local.date() + timedelta(days=1)
    return datetime.combine(day, quiet.ends, CITY).astimezone(UTC)
