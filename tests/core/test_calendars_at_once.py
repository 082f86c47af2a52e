"""Two administrators, or two starts, at once: one version follows another, and each calendar is made once."""

from typing import Any

import pytest

from core.models import Calendar, CalendarVersion, Revision
from core.services.calendars import CalendarStale, calendar_change, calendars_seed
from tests.cast import NOW
from tests.core.worktime.calendars import shift
from tests.together import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def change(start: str, was: int | None) -> CalendarVersion:
    shifts = [shift([1], start, "12:00")]
    about: dict[str, Any] = {"days": [], "standard_day_minutes": 240, "published_until": None}
    return calendar_change(code="squads", shifts=shifts, reason="夜班", by=None, now=NOW, was=was, **about)


def test_of_two_changes_of_one_version_one_wins_and_the_other_is_told() -> None:
    results = at_once(lambda: change("08:00", 1), lambda: change("09:00", 1))
    lost = [result for result in results if isinstance(result, CalendarStale)]
    assert [result.extra for result in lost] == [{"version": 2}]
    assert CalendarVersion.objects.filter(calendar__code="squads").count() == 2


def test_changes_that_name_no_version_follow_one_another() -> None:
    results = at_once(*(lambda n=n: change(f"0{n}:00", None) for n in range(1, 6)))
    assert sorted(result.number for result in results) == [2, 3, 4, 5, 6]
    assert Revision.objects.get(name="calendars").number == 5


def test_two_starts_make_each_calendar_once() -> None:
    Calendar.objects.update(current=None)
    CalendarVersion.objects.all().delete()
    Calendar.objects.all().delete()
    made = at_once(*(lambda: calendars_seed(now=NOW) for _n in range(3)))
    assert sorted(len(rows) for rows in made) == [0, 0, 2]
    assert Calendar.objects.filter(current__number=1).count() == 2
