"""The derivation of a deadline: days that counted alike stand together, and all of them add up."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.worktime import add_seconds, seconds_between, stretches
from tests.core.worktime.calendars import SHANGHAI, at, eight_to_six

CALENDAR = eight_to_six()


def told(start: str, end: str) -> list[tuple[str, int, str, float]]:
    return [
        (one.first.strftime("%m-%d"), one.days, str(one.kind or ""), one.seconds / 3600)
        for one in stretches(at(start), at(end), CALENDAR)
    ]


def test_a_deadline_over_a_holiday_is_told_in_a_few_lines() -> None:
    assert told("2026-09-30 10:00", "2026-10-13 10:00") == [
        ("09-30", 1, "", 6),
        ("10-01", 7, "holiday", 0),
        ("10-08", 2, "", 16),
        ("10-10", 1, "working", 8),
        ("10-11", 1, "", 0),  # a plain Sunday
        ("10-12", 1, "", 8),
        ("10-13", 1, "", 2),
    ]


def test_the_hours_are_those_that_counted() -> None:
    first, second = stretches(at("2026-07-09 11:00"), at("2026-07-10 14:30"), CALENDAR)
    assert first.hours == (("11:00", "12:00"), ("14:00", "18:00"))
    assert second.hours == (("08:00", "12:00"), ("14:00", "14:30"))


def test_what_ends_as_it_begins_is_one_day_on_which_nothing_counted() -> None:
    (one,) = stretches(at("2026-07-10 23:00"), at("2026-07-10 23:00"), CALENDAR)
    assert (one.days, one.seconds, one.hours) == (1, 0, ())


@settings(max_examples=30, deadline=None)
@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 30), timezones=st.just(SHANGHAI)),  # noqa: DTZ001
    st.integers(0, 200_000),
)
def test_the_stretches_follow_one_another_and_add_up(start, minutes) -> None:
    begun = start.replace(second=0, microsecond=0)
    end = add_seconds(begun, minutes * 60, CALENDAR)
    found = stretches(begun, end, CALENDAR)
    assert sum(one.seconds for one in found) == seconds_between(begun, end, CALENDAR) == minutes * 60
    ends = [one.last + timedelta(days=1) for one in found[:-1]]
    assert ends == [one.first for one in found[1:]]
    assert found[0].first == begun.date()
