"""Changing limits, ladders and calendars: what it would do to open cases, doing it, and letting them
follow."""

from cases.services.rearm.beginning import clocks_begin
from cases.services.rearm.changes import (
    CalendarChange,
    Change,
    ConditionChange,
    LadderChange,
    LimitsChange,
    Renewal,
)
from cases.services.rearm.job import rearm_job_step, rearm_jobs_run
from cases.services.rearm.preview import Preview, rearm_preview
from cases.services.rearm.reading import change_read, change_wanted
from cases.services.rearm.starting import (
    PreviewStale,
    operator_rearm,
    rearm_begin,
    rearm_start,
    rules_around,
)

__all__ = [
    "CalendarChange",
    "Change",
    "ConditionChange",
    "LadderChange",
    "LimitsChange",
    "Preview",
    "PreviewStale",
    "Renewal",
    "change_read",
    "change_wanted",
    "clocks_begin",
    "operator_rearm",
    "rearm_begin",
    "rearm_job_step",
    "rearm_jobs_run",
    "rearm_preview",
    "rearm_start",
    "rules_around",
]
