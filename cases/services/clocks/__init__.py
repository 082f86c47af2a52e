"""The clock of a case: begun, rested, extended and stopped by its steps; and the timers that follow from
it."""

from cases.services.clocks.arming import case_arm, case_rearm, next_repeat, subject_of, timers_wanted
from cases.services.clocks.running import clock_reset, clock_turn

__all__ = [
    "case_arm",
    "case_rearm",
    "clock_reset",
    "clock_turn",
    "next_repeat",
    "subject_of",
    "timers_wanted",
]
