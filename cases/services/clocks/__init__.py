"""The clock of a case: begun, rested, extended and stopped by its steps; and the timers that follow from
it."""

from cases.services.clocks.arming import (
    case_arm,
    case_rearm,
    next_repeat,
    subject_of,
    timers_reckoned,
    timers_wanted,
)
from cases.services.clocks.running import clock_begin, clock_go_on, clock_reset, clock_rest, clock_turn

__all__ = [
    "case_arm",
    "case_rearm",
    "clock_begin",
    "clock_go_on",
    "clock_reset",
    "clock_rest",
    "clock_turn",
    "next_repeat",
    "subject_of",
    "timers_reckoned",
    "timers_wanted",
]
