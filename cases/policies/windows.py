"""Until when something can be done, reckoned in working time. No queries for known calendars."""

from datetime import datetime

from accounts.models import Unit
from cases.deadlines import Limit
from cases.limits import Rules, track_of
from cases.models import Case
from cases.workflow import Track
from core.calendars import calendar_of
from core.worktime import Unit as Amount
from core.worktime import add

RETURN_DAYS, OBJECT_DAYS = 1, 3


def handling_until(case: Case, unit: Unit, rules: Rules, now: datetime) -> datetime | None:
    """When the handling limit of a case would end if a unit had it from ``now`` on; None without a limit."""
    if not case.limit_value:
        return None
    limit = Limit(case.limit_value, case.limit_unit)
    if track_of(case) is Track.EMERGENCY:
        limit = limit.day_and_night
    version = rules.calendars.version_for(unit.calendar_id, Unit.Kind(unit.kind))
    return add(now, limit.amount, limit.unit, calendar_of(version))


def return_until(case: Case, rules: Rules) -> datetime | None:
    """When the lead unit's day to return a dispatch ends; None for a case no unit has."""
    if case.dispatched_at is None or case.lead_unit is None:
        return None
    return add(case.dispatched_at, RETURN_DAYS, Amount.WORKING_DAY, calendar_of(rules.version_for(case)))


def object_until(case: Case, rules: Rules) -> datetime | None:
    """When the reporter's days to object end, by the calendar of the station that decides; None for a case
    that goes on."""
    if case.closed_at is None:
        return None
    calendar = calendar_of(rules.version_of(Unit.Kind.STATION, case))
    return add(case.closed_at, OBJECT_DAYS, Amount.WORKING_DAY, calendar)
