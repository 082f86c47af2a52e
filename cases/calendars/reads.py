"""Reads of calendars for their pages and the API.

Calendars are the city's own and hold in every district of an installation, as classes and limits do.
Administrators of any district may change them; stations and bureaus, whose deadlines run by them, may read.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.calendars.difference import Difference, difference_of
from cases.calendars.year import FIRST, LAST, year_page
from cases.catalogue_reads import READERS, may_edit
from core.calendars import calendar_of, content_of
from core.errors import BadInput, NotAllowed, NotFound
from core.models import Calendar, CalendarVersion
from core.worktime import Calendar as WorkingTime
from core.worktime import Content, Stretch, Unit, add, hours_of, stretches, unpublished
from grids.access import Access
from grids.permissions import check_may_configure

ZONE = ZoneInfo("Asia/Shanghai")
MOST_AMOUNT = 1000


@dataclass(frozen=True, slots=True)
class Weekday:
    """The usual hours of a weekday (1 is Monday) in force on a day."""

    number: int
    hours: tuple[tuple[str, str], ...]
    seconds: int


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A deadline and how it came about; ``unpublished`` when it touches a year without a published plan."""

    start: datetime
    deadline: datetime
    seconds: float
    stretches: list[Stretch]
    unpublished: bool


def check_may_read(access: Access) -> None:
    """Refuse whoever neither configures nor plans.

    Raises:
        NotAllowed: none of the roles that read calendars is held anywhere.
    """
    if not any(access.may(ability) for ability in READERS):
        raise NotAllowed(_("Calendars are for administrators, the district station and the bureau."))


def calendars_seen(access: Access) -> QuerySet[Calendar]:
    """All calendars with their version in force, and how many units have each as their own."""
    check_may_read(access)
    rows = Calendar.objects.filter(current__isnull=False).select_related("current__made_by")
    return rows.annotate(unit_count=Count("units")).order_by("code")


def calendar_seen(access: Access, code: str) -> Calendar:
    """One of them by its code.

    Raises:
        NotAllowed: not a reader. NotFound: no such calendar.
    """
    row = calendars_seen(access).filter(code=code).first()
    if row is None:
        raise NotFound(_("There is no such calendar."))
    return row


def calendar_to_edit(access: Access, code: str) -> Calendar:
    """One of them, for those who may change it.

    Raises:
        NotAllowed: not an administrator. NotFound: no such calendar.
    """
    check_may_configure(access)
    return calendar_seen(access, code)


def current_of(calendar: Calendar) -> CalendarVersion:
    """The version in force of a calendar that was read here."""
    assert calendar.current is not None  # noqa: S101 - only such are read
    return calendar.current


def versions_of(calendar: Calendar) -> QuerySet[CalendarVersion]:
    """The versions of a calendar, newest first."""
    return calendar.versions.select_related("made_by").order_by("-number")


def version_seen(access: Access, code: str, number: int) -> CalendarVersion:
    """One version of a calendar.

    Raises:
        NotAllowed: not a reader. NotFound: no such calendar or version.
    """
    row = versions_of(calendar_seen(access, code)).filter(number=min(number, 2**31 - 1)).first()
    if row is None:
        raise NotFound(_("The calendar has no such version."))
    return row


def calendar_list(access: Access, now: datetime) -> dict[str, Any]:
    """What the page of all calendars shows."""
    today = day_of(now)
    rows = [(row, year_missing(current_of(row), today)) for row in calendars_seen(access)]
    return {"rows": rows, "may_edit": may_edit(access)}


def calendar_page(access: Access, code: str, year: str, now: datetime) -> dict[str, Any]:
    """What the page of a calendar shows: its week, a year, its versions."""
    row, today = calendar_seen(access, code), day_of(now)
    version = current_of(row)
    content = content_of(version)
    return {
        "calendar": row,
        "version": version,
        "content": content,
        "week": week_of(content, today),
        "limited": [shift for shift in content.shifts if shift["valid_from"] or shift["valid_to"]],
        "year": year_page(content, year_asked(year, today), today=today),
        "missing": year_missing(version, today),
        "versions": versions_of(row)[:30],
        "may_edit": may_edit(access),
    }


def version_page(access: Access, code: str, number: int) -> dict[str, Any]:
    """What the page of a version shows: what it changed of the one before."""
    version = version_seen(access, code, number)
    before = version.calendar.versions.filter(number=version.number - 1).first()
    day = day_of(version.made_at)
    return {
        "calendar": version.calendar,
        "version": version,
        "week": week_of(content_of(version), day),
        "difference": difference_between(before, version) if before else None,
    }


def difference_between(before: CalendarVersion, after: CalendarVersion) -> Difference:
    """What a version changed."""
    return difference_of(content_of(before), content_of(after), today=day_of(after.made_at))


def week_of(content: Content, day: date) -> list[Weekday]:
    """The usual hours of a week, by the shifts in force on ``day``, special days left out."""
    valid = [
        row | {"valid_from": None, "valid_to": None}
        for row in content.shifts
        if (row["valid_from"] or "0") <= day.isoformat() <= (row["valid_to"] or "9")
    ]
    plain = WorkingTime.of(valid, [], content.standard_day_minutes, None)
    # 1 to 7 June 2026 are a Monday to a Sunday, as good as any other week.
    days = [plain.day(date(2026, 6, number)) for number in range(1, 8)]
    return [Weekday(n, hours_of(one), one.seconds) for n, one in enumerate(days, 1)]


def year_missing(version: CalendarVersion, today: date) -> int | None:
    """The first year from ``today``'s on without a published plan, if it has begun or is the next."""
    until = version.published_until
    if until is None:
        return None
    return max(until + 1, today.year) if until <= today.year else None


def year_asked(text: str, today: date) -> int:
    """The year of an address; this year when it names none that there is."""
    asked = int(text) if text.isascii() and text.isdigit() and len(text) == len("2026") else today.year
    return asked if FIRST <= asked <= LAST else today.year


def reckoned(version: CalendarVersion, start: datetime, amount: int, unit: str) -> Reckoned:
    """When a limit from ``start`` on ends by a version, and how that comes about.

    Raises:
        BadInput: an amount that is none, or an unknown unit.
        NoWorkingTime: the calendar has none left.
    """
    if not 1 <= amount <= MOST_AMOUNT:
        raise BadInput(_("A limit is a whole number from 1 to 1000."), field="amount")
    if unit not in list(Unit):
        raise BadInput(_("Choose the unit of the limit from the list."), field="unit")
    if not FIRST <= start.astimezone(ZONE).year < LAST:
        raise BadInput(_("The start lies between 1992 and 2099."), field="start")
    calendar = calendar_of(version.pk)
    end = add(start, amount, unit, calendar)
    by = calendar if Unit(unit).is_working else _AROUND_THE_CLOCK
    way = stretches(start, end, by)
    warned = Unit(unit).is_working and unpublished(start, end, calendar)
    return Reckoned(start, end, sum(one.seconds for one in way), way, warned)


# Continuous time has no rest: all days, all hours.
_AROUND_THE_CLOCK = WorkingTime.of(
    [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "24:00"}], [], 1440, None
)


def day_of(now: datetime) -> date:
    """The day of a moment in the city."""
    return now.astimezone(ZONE).date()
