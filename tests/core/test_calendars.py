"""Calendars: seeded once, changed in versions, and read without ever taking an old one for a new one."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from core.calendar_seed import definitions
from core.calendars import calendar_of, calendars_now, content_of
from core.errors import BadInput, NotFound, Stale
from core.models import AuditEntry, Calendar, CalendarVersion, Revision
from core.services.calendars import calendar_change, calendars_seed
from core.worktime import add
from tests.cast import NOW, World
from tests.core.worktime.calendars import at, holiday, on_the_wall, shift

pytestmark = pytest.mark.django_db
NIGHTS = [shift([1, 2, 3, 4, 5, 6, 7], "20:00", "24:00")]


def change(code: str = "squads", shifts: Any = NIGHTS, **more: Any) -> CalendarVersion:
    words = {"days": [], "standard_day_minutes": 240, "published_until": None, "reason": "夜班", "by": None}
    return calendar_change(**{"code": code, "shifts": shifts, "now": NOW, **words, **more})


def test_every_installation_has_both_calendars_from_the_start() -> None:
    assert list(Calendar.objects.values_list("code", "name", "current__number")) == [
        ("offices", "机关办公", 1),
        ("squads", "中队与环卫", 1),
    ]
    assert calendars_seed(now=NOW) == []


def test_the_shipped_days_are_those_published_up_to_the_last_year_known() -> None:
    offices = Calendar.objects.get(code="offices").current
    assert offices is not None
    assert offices.published_until == 2026
    days = {day["date"]: day for day in offices.days}
    assert days["2026-02-14"] == {"date": "2026-02-14", "kind": "working", "name": "春节", "like": 1}
    assert days["2026-10-01"] == {"date": "2026-10-01", "kind": "holiday", "name": "国庆节", "like": None}
    assert min(days) == "2004-01-01"


def test_offices_rest_at_noon_and_squads_work_every_day() -> None:
    now = calendars_now()
    offices, squads = calendar_of(now.by_code("offices")), calendar_of(now.by_code("squads"))
    assert on_the_wall(add(at("2026-09-30 10:00"), 1, "工作日", offices)) == "2026-10-08 10:00"
    assert on_the_wall(add(at("2026-09-30 12:45"), 1, "工作时", offices)) == "2026-09-30 15:00"
    assert on_the_wall(add(at("2026-09-30 20:00"), 2, "工作时", squads)) == "2026-10-01 08:00"
    assert on_the_wall(add(at("2026-09-30 20:00"), 1, "工作日", squads)) == "2026-10-01 20:00"


def test_a_unit_has_its_own_calendar_or_that_of_its_kind() -> None:
    now = calendars_now()
    offices = Calendar.objects.get(code="offices")
    assert now.version_for(None, "squad") == now.version_for(None, "handler") == now.by_code("squads")
    assert now.version_for(None, "bureau") == now.version_for(None, "community") == now.by_code("offices")
    assert now.version_for(offices.pk, "squad") == offices.current_id


def test_a_change_is_a_new_version_with_its_author_and_an_audit_row(world: World) -> None:
    first = Calendar.objects.get(code="squads").current
    by = world.people["admin"].pk
    version = change(by=by, was=1)
    assert (version.number, version.made_by_id, version.made_at, version.reason) == (2, by, NOW, "夜班")
    assert calendars_now().by_code("squads") == version.pk
    entry = AuditEntry.objects.get(action="calendar.change")
    assert (entry.subject, entry.before, entry.after) == ("calendar:squads", {"version": 1}, {"version": 2})
    assert Revision.objects.get(name="calendars").number == 1
    assert first is not None
    assert CalendarVersion.objects.get(pk=first.pk).shifts == first.shifts


def test_deadlines_of_an_old_version_can_still_be_reckoned() -> None:
    before = calendars_now().by_code("squads")
    after = change().pk
    assert on_the_wall(add(at("2026-11-23 10:00"), 2, "工作时", calendar_of(before))) == "2026-11-23 12:00"
    assert on_the_wall(add(at("2026-11-23 10:00"), 2, "工作时", calendar_of(after))) == "2026-11-23 22:00"


def test_a_change_that_changes_nothing_makes_no_version() -> None:
    version = change()
    assert change(reason="", now=NOW + timedelta(hours=1)) == version
    assert CalendarVersion.objects.filter(calendar__code="squads").count() == 2


def test_going_back_is_a_version_of_its_own() -> None:
    first = Calendar.objects.get(code="squads").current
    assert first is not None
    change()
    back = change(**content_of(first).columns)
    assert (back.number, back.pk != first.pk) == (3, True)


def test_a_change_decided_on_an_older_version_is_refused() -> None:
    change(was=1)
    with pytest.raises(Stale) as refused:
        change(shifts=[shift([1], "08:00", "12:00")], was=1)
    assert refused.value.extra == {"version": 2}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"reason": "长" * 501}, "reason"),
        ({"shifts": []}, "shifts"),
        ({"days": [holiday("2026-02-30")]}, "days"),
        ({"standard_day_minutes": 0}, "standard_day_minutes"),
        ({"published_until": 3000}, "published_until"),
    ],
)
def test_what_can_not_be_is_refused_and_leaves_no_trace(wrong, field) -> None:
    with pytest.raises(BadInput) as refused:
        change(**wrong)
    assert refused.value.field == field
    assert not CalendarVersion.objects.filter(number=2).exists()
    assert not Revision.objects.exists()


def test_an_unknown_calendar_is_refused() -> None:
    with pytest.raises(NotFound):
        change(code="nobody\x00")


def test_what_a_process_remembers_is_true_after_a_rolled_back_change_too() -> None:
    for shifts, hour in ((NIGHTS, "22:00"), ([shift([1, 2, 3], "00:00", "23:00")], "12:00")):
        with transaction.atomic():
            found = calendar_of(change(shifts=shifts).pk)
            assert on_the_wall(add(at("2026-11-23 10:00"), 2, "工作时", found)) == f"2026-11-23 {hour}"
            transaction.set_rollback(True)
    assert on_the_wall(
        add(at("2026-11-23 10:00"), 2, "工作时", calendar_of(calendars_now().by_code("squads")))
    ).endswith("12:00")


def test_reading_takes_one_query_and_a_known_version_none(django_assert_num_queries: Any) -> None:
    version = change().pk
    calendar_of(version)
    with django_assert_num_queries(1) as asked:
        assert calendar_of(calendars_now().by_code("squads")) is calendar_of(version)
    assert isinstance(asked, CaptureQueriesContext)


def test_an_installation_without_rows_reckons_by_what_is_shipped() -> None:
    Calendar.objects.update(current=None)
    CalendarVersion.objects.all().delete()
    Calendar.objects.all().delete()
    now = calendars_now()
    assert now.version_for(None, "handler") == definitions()[1].version_id
    assert on_the_wall(
        add(at("2026-09-30 10:00"), 1, "工作日", calendar_of(now.version_for(None, "bureau")))
    ) == ("2026-10-08 10:00")
    call_command("load_calendars", verbosity=0)
    assert calendars_now().codes == now.codes


def test_an_unknown_version_is_an_error() -> None:
    with pytest.raises(CalendarVersion.DoesNotExist):
        calendar_of(7)
    with pytest.raises(KeyError):
        calendars_now().by_code("nobody")
