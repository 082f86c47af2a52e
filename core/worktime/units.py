"""The units limits are given in: working time and continuous time."""

from enum import StrEnum

from core.worktime.calendar import Calendar

_DAY = 86400


class Unit(StrEnum):
    """Working units rest at night and on days off; continuous ones (紧急) never do."""

    WORKING_HOUR = "工作时"
    WORKING_DAY = "工作日"
    WORKING_MINUTE = "工作分"
    CONTINUOUS_HOUR = "紧急工作时"
    CONTINUOUS_DAY = "紧急工作日"
    CONTINUOUS_MINUTE = "紧急工作分"

    @property
    def is_working(self) -> bool:
        """Whether it counts inside working hours only."""
        return self in _WORKING


_WORKING = frozenset((Unit.WORKING_HOUR, Unit.WORKING_DAY, Unit.WORKING_MINUTE))
_SECONDS = {
    Unit.WORKING_HOUR: 3600,
    Unit.WORKING_MINUTE: 60,
    Unit.CONTINUOUS_HOUR: 3600,
    Unit.CONTINUOUS_DAY: _DAY,
    Unit.CONTINUOUS_MINUTE: 60,
}


def seconds_of(amount: float, unit: Unit | str, calendar: Calendar) -> int:
    """A limit in seconds, working or continuous by its unit.

    One working day is the calendar's standard day.

    Raises:
        ValueError: no such unit.
    """
    unit = Unit(unit)
    each = calendar.standard_day if unit is Unit.WORKING_DAY else _SECONDS[unit]
    return round(amount * each)
