"""Deadlines as a clerk would count them with the published plan of the year at hand."""

from datetime import UTC, datetime, timedelta

import pytest

from core.worktime import (
    Calendar,
    NoWorkingTime,
    Unit,
    add,
    add_seconds,
    between,
    counted_days,
    is_working,
    next_working,
    seconds_between,
    seconds_of,
    unpublished,
)
from tests.core.worktime.calendars import at, eight_to_six, holiday, on_the_wall, shift, worked

CALENDAR = eight_to_six()


@pytest.mark.parametrize(
    ("start", "amount", "unit", "deadline"),
    [
        ("2026-02-13 17:00", 2, "工作时", "2026-02-14 09:00"),  # into a make-up Saturday
        ("2026-02-14 17:00", 2, "工作时", "2026-02-24 09:00"),  # over the Spring Festival
        ("2026-09-30 10:00", 1, "工作日", "2026-10-08 10:00"),
        ("2026-09-30 10:00", 5, "工作日", "2026-10-13 10:00"),
        ("2026-07-10 19:30", 4, "工作时", "2026-07-13 12:00"),  # begun at night, ends with the morning
        ("2026-07-10 12:30", 2, "工作时", "2026-07-10 16:00"),  # begun in the lunch break
        ("2026-07-10 16:00", 15, "工作日", "2026-07-31 16:00"),
        ("2026-07-10 17:30", 30, "工作分", "2026-07-10 18:00"),
        ("2026-07-10 23:00", 2, "紧急工作时", "2026-07-11 01:00"),
        ("2026-02-14 17:00", 1, "紧急工作日", "2026-02-15 17:00"),
        ("2026-02-14 17:00", 15, "紧急工作分", "2026-02-14 17:15"),
    ],
)
def test_a_deadline_lies_where_a_clerk_would_count_it(start, amount, unit, deadline) -> None:
    found = add(at(start), amount, unit, CALENDAR)
    assert on_the_wall(found) == deadline
    assert found.tzinfo is UTC


def test_what_ends_with_a_shift_ends_there_and_not_when_the_next_begins() -> None:
    assert on_the_wall(add(at("2026-07-10 14:00"), 4, "工作时", CALENDAR)) == "2026-07-10 18:00"
    assert on_the_wall(add(at("2026-07-10 14:00"), 241, "工作分", CALENDAR)) == "2026-07-13 08:01"


def test_a_working_day_is_the_calendar_s_own_and_a_continuous_one_is_24_hours() -> None:
    short = Calendar.of([shift([1, 2, 3, 4, 5], "09:00", "12:30")], [], 210, None)
    assert seconds_of(2, "工作日", short) == 2 * 210 * 60
    assert seconds_of(2, Unit.CONTINUOUS_DAY, short) == 172_800
    assert [unit for unit in Unit if unit.is_working] == ["工作时", "工作日", "工作分"]
    assert on_the_wall(add(at("2026-07-10 10:00"), 1, "工作日", short)) == "2026-07-13 10:00"


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="世纪"):
        seconds_of(1, "世纪", CALENDAR)


def test_nothing_to_add_is_the_start_itself_even_at_night() -> None:
    assert add_seconds(at("2026-07-10 23:00"), 0, CALENDAR) == at("2026-07-10 23:00")


def test_an_overdue_limit_leads_back_to_where_it_ended() -> None:
    assert on_the_wall(add_seconds(at("2026-07-13 08:30"), -1800, CALENDAR)) == "2026-07-10 18:00"
    assert on_the_wall(add_seconds(at("2026-02-24 08:30"), -3600, CALENDAR)) == "2026-02-14 17:30"
    assert on_the_wall(add_seconds(at("2026-01-05 08:30"), -5 * 8 * 3600, CALENDAR)) == "2025-12-26 08:30"


def test_time_between_is_counted_both_ways_and_to_the_microsecond() -> None:
    start, end = at("2026-02-13 17:00"), at("2026-02-24 09:00") + timedelta(microseconds=5)
    assert seconds_between(start, end, CALENDAR) == 10 * 3600 + 0.000005
    assert seconds_between(end, start, CALENDAR) == -(10 * 3600 + 0.000005)
    assert between(at("2025-12-31 17:00"), at("2026-01-04 09:00"), CALENDAR) == 7200  # a make-up Sunday
    assert seconds_between(start, end, None) == (end - start).total_seconds()


def test_a_moment_works_from_the_beginning_of_a_shift_until_just_before_its_end() -> None:
    assert is_working(at("2026-07-10 14:00"), CALENDAR)
    assert not is_working(at("2026-07-10 18:00"), CALENDAR)
    assert not is_working(at("2026-10-01 10:00"), CALENDAR)
    assert is_working(at("2026-10-10 10:00"), CALENDAR)


@pytest.mark.parametrize(
    ("moment", "next_one"),
    [
        ("2026-07-10 10:10", "2026-07-10 10:10"),
        ("2026-07-10 12:00", "2026-07-10 14:00"),
        ("2026-07-10 18:00", "2026-07-13 08:00"),
        ("2026-02-14 18:00", "2026-02-24 08:00"),
        ("2026-12-31 18:00", "2027-01-01 08:00"),
    ],
)
def test_the_next_working_minute_is_now_or_when_a_shift_begins(moment, next_one) -> None:
    assert on_the_wall(next_working(at(moment), CALENDAR)) == next_one


def test_shifts_change_with_their_validity_and_go_up_to_midnight() -> None:
    calendar = Calendar.of(
        [
            shift([1, 2, 3, 4, 5, 6, 7], "20:00", "24:00", None, "2026-06-30"),
            shift([1, 2, 3, 4, 5, 6, 7], "00:00", "02:00", "2026-07-01", None),
        ],
        [holiday("2026-06-30"), worked("2026-07-02", like=7)],
        240,
        None,
    )
    assert on_the_wall(add(at("2026-06-29 20:00"), 4, "工作时", calendar)) == "2026-06-30 00:00"
    assert on_the_wall(add(at("2026-06-29 20:00"), 5, "工作时", calendar)) == "2026-07-01 01:00"


def test_a_year_without_a_published_plan_is_told_of() -> None:
    assert not unpublished(at("2026-01-01 00:00"), at("2026-12-31 18:00"), CALENDAR)
    assert not unpublished(at("2026-12-31 18:00"), at("2027-01-01 00:00"), CALENDAR)
    assert unpublished(at("2026-12-31 18:00"), at("2027-01-01 00:01"), CALENDAR)
    assert unpublished(at("2027-01-01 00:01"), at("2026-12-31 18:00"), CALENDAR)
    assert unpublished(at("2027-01-01 00:00"), at("2027-01-01 00:00"), CALENDAR)
    assert not unpublished(at("2027-05-01 09:00"), at("2028-05-01 09:00"), eight_to_six(None))


def test_the_days_of_a_deadline_show_what_counted_on_each() -> None:
    found = list(counted_days(at("2026-02-13 17:00"), at("2026-02-24 09:00"), CALENDAR))
    assert [day.date.day for day in found] == list(range(13, 25))
    assert [day.seconds // 3600 for day in found] == [1, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    first, saturday, sunday = found[:3]
    assert [(on_the_wall(a), on_the_wall(b)) for a, b in first.shifts] == [
        ("2026-02-13 17:00", "2026-02-13 18:00")
    ]
    assert saturday.special is not None
    assert saturday.special.kind == "working"
    assert sunday.special is not None
    assert sunday.special.kind == "holiday"
    assert first.special is None


def test_a_calendar_without_working_time_is_refused_and_not_searched_for_ever() -> None:
    ended = Calendar.of([shift([1], "09:00", "12:00", "2026-01-01", "2026-01-31")], [], 180, None)
    assert add_seconds(at("2026-01-01 09:00"), 3600, ended) == at("2026-01-05 10:00")
    with pytest.raises(NoWorkingTime):
        add_seconds(at("2026-02-01 09:00"), 1, ended)
    with pytest.raises(NoWorkingTime):
        next_working(at("2026-02-01 09:00"), ended)
    with pytest.raises(NoWorkingTime):
        add_seconds(at("2026-01-05 09:30"), -3600, ended)
    with pytest.raises(NoWorkingTime):
        next_working(at("2026-02-01 09:00"), Calendar.of([], [], 480, None))
    with pytest.raises(NoWorkingTime):
        add_seconds(at("9997-01-01 09:00"), 1e12, eight_to_six())


def test_a_moment_without_its_time_zone_is_refused() -> None:
    naive = datetime(2026, 7, 10, 10)  # noqa: DTZ001 - the point of the test
    for refused in (
        lambda: add_seconds(naive, 60, CALENDAR),
        lambda: seconds_between(at("2026-07-10 10:00"), naive, CALENDAR),
        lambda: is_working(naive, CALENDAR),
        lambda: unpublished(naive, naive, CALENDAR),
    ):
        with pytest.raises(ValueError, match="time zone"):
            refused()


def test_equal_content_makes_equal_calendars() -> None:
    asked = eight_to_six()
    asked.year(2026)
    assert asked == eight_to_six()
    assert hash(asked) == hash(eight_to_six())
