"""Working time: how far a deadline lies from its start, by the shifts and special days of a calendar.

Pure arithmetic; days and hours are those of Asia/Shanghai, which is UTC+8 all year round (the summer times
of 1986 to 1991 are left out). Moments are aware; what is returned is in UTC.
"""

from core.worktime.calendar import Calendar, Day, Kind, NoWorkingTime
from core.worktime.content import Content, checked
from core.worktime.reckoning import (
    add,
    add_seconds,
    between,
    counted_days,
    is_working,
    next_working,
    seconds_between,
    unpublished,
)
from core.worktime.stretches import Stretch, hours_of, stretches
from core.worktime.units import Unit, seconds_of

__all__ = [
    "Calendar",
    "Content",
    "Day",
    "Kind",
    "NoWorkingTime",
    "Stretch",
    "Unit",
    "add",
    "add_seconds",
    "between",
    "checked",
    "counted_days",
    "hours_of",
    "is_working",
    "next_working",
    "seconds_between",
    "seconds_of",
    "stretches",
    "unpublished",
]
