"""Working time against an oracle that marks every single minute of three years as worked or not."""

from datetime import date, datetime, timedelta
from typing import Any, cast

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.worktime import Calendar, add_seconds, is_working, next_working, seconds_between
from tests.core.worktime.calendars import EIGHT_TO_SIX, PLAN, SHANGHAI

FIRST, LAST = date(2025, 1, 1), date(2027, 12, 31)
DAYS = (LAST - FIRST).days + 1
MIDNIGHT = datetime(2025, 1, 1, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)

# Times on the quarter of an hour; a day's shifts lie between an even number of them.
_clock = st.integers(0, 96).map(lambda n: f"{n // 4:02}:{n % 4 * 15:02}")
_times = st.lists(_clock, min_size=2, max_size=6, unique=True).map(sorted)
_weekdays = st.lists(st.integers(1, 7), min_size=1, max_size=7, unique=True)
_dates = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@st.composite
def contents(draw: st.DrawFn) -> dict[str, Any]:
    """Shifts of two periods, holidays and make-up days over the years; some work is left for good."""
    change = draw(_dates)
    shifts = [*_period(draw, None, change), *_period(draw, change + timedelta(days=1), None)]
    special = draw(st.dictionaries(_dates, st.sampled_from([None, 1, 3, 6, 7]), max_size=20))
    days = [
        {"date": day.isoformat(), "kind": "working" if like else "holiday", "like": like}
        for day, like in special.items()
    ]
    return {"shifts": shifts, "days": days}


def _period(draw: st.DrawFn, first: date | None, last: date | None) -> list[dict[str, Any]]:
    weekdays, times = draw(_weekdays), draw(_times)
    return [
        {
            "weekdays": weekdays, "from": start, "to": end,
            "valid_from": first and first.isoformat(), "valid_to": last and last.isoformat(),
        }
        for start, end in zip(times[::2], times[1::2], strict=False)
    ]  # fmt: skip


REAL = st.just({"shifts": EIGHT_TO_SIX, "days": PLAN})
any_content = contents() | REAL
minutes = st.integers(0, DAYS * 1440 - 1)


def marked(content: dict[str, Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """One mark a minute: worked or not."""
    marks = np.zeros(DAYS * 1440, dtype=bool)
    special = {day["date"]: day for day in content["days"]}
    for n in range(DAYS):
        day = (FIRST + timedelta(days=n)).isoformat()
        weekday, found = (FIRST.weekday() + n) % 7 + 1, special.get(day)
        if found is not None:
            weekday = (found["like"] or 1) if found["kind"] == "working" else 0
        for row in content["shifts"]:
            valid = (row["valid_from"] or "0") <= day <= (row["valid_to"] or "9")
            if weekday in row["weekdays"] and valid:
                start, end = (int(row[k][:2]) * 60 + int(row[k][3:]) for k in ("from", "to"))
                marks[n * 1440 + start : n * 1440 + end] = True
    return marks


def built(content: dict[str, Any]) -> Calendar:
    return Calendar.of(content["shifts"], content["days"], 480, None)


def at(minute: int) -> datetime:
    return MIDNIGHT + minute * MINUTE


def minute_of(moment: datetime) -> float:
    return (moment - MIDNIGHT) / MINUTE


@settings(max_examples=50, deadline=None)
@given(any_content, minutes, st.integers(1, 30_000))
def test_adding_ends_after_the_last_minute_that_is_counted(content, start, amount) -> None:
    counted = np.flatnonzero(marked(content)[start:])
    if amount <= len(counted):
        assert (
            minute_of(add_seconds(at(start), amount * 60, built(content))) == start + counted[amount - 1] + 1
        )


@settings(max_examples=30, deadline=None)
@given(any_content, minutes, st.integers(1, 30_000))
def test_going_back_ends_where_the_minutes_before_ended(content, start, amount) -> None:
    before = np.flatnonzero(marked(content)[:start])
    if amount < len(before):  # the end of the minute before the earliest that is counted back
        assert minute_of(add_seconds(at(start), -amount * 60, built(content))) == before[-amount - 1] + 1


@settings(max_examples=50, deadline=None)
@given(any_content, minutes, minutes)
def test_time_between_is_the_number_of_minutes_marked(content, one, other) -> None:
    early, late = sorted((one, other))
    counted = int(marked(content)[early:late].sum()) * 60
    assert seconds_between(at(early), at(late), built(content)) == counted
    assert seconds_between(at(late), at(early), built(content)) == -counted


@settings(max_examples=30, deadline=None)
@given(any_content, minutes)
def test_a_minute_is_worked_when_it_is_marked_and_the_next_is_the_next_mark(content, minute) -> None:
    marks, calendar = marked(content), built(content)
    assert is_working(at(minute), calendar) == marks[minute]
    coming = np.flatnonzero(marks[minute:])
    if len(coming):
        assert minute_of(next_working(at(minute), calendar)) == minute + coming[0]


_moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 30), timezones=st.just(SHANGHAI))  # noqa: DTZ001
_CALENDAR = built({"shifts": EIGHT_TO_SIX, "days": PLAN})


@settings(max_examples=150, deadline=None)
@given(_moments, st.integers(1, 10**13))
def test_what_is_added_lies_between_and_not_a_microsecond_less_would_do(start, micros) -> None:
    end = add_seconds(start, micros / 1e6, _CALENDAR)
    tick = timedelta(microseconds=1)
    assert round(seconds_between(start, end, _CALENDAR) * 1e6) == micros
    assert round(seconds_between(start, end - tick, _CALENDAR) * 1e6) == micros - 1


@settings(max_examples=100, deadline=None)
@given(_moments, st.integers(1, 10**6), st.integers(1, 10**6))
def test_adding_twice_is_adding_the_sum_and_later_starts_end_no_earlier(start, one, other) -> None:
    twice = add_seconds(add_seconds(start, one, _CALENDAR), other, _CALENDAR)
    assert twice == add_seconds(start, one + other, _CALENDAR)
    later = start + timedelta(seconds=other)
    assert add_seconds(start, one, _CALENDAR) <= add_seconds(later, one, _CALENDAR)


def test_the_oracle_marks_the_days_of_the_plan() -> None:
    marks = cast(Any, marked({"shifts": EIGHT_TO_SIX, "days": PLAN}))
    saturday = (date(2026, 2, 14) - FIRST).days * 1440
    assert marks[saturday : saturday + 1440].sum() == 480
    assert marks[saturday + 1440 : saturday + 1440 * 10].sum() == 0
