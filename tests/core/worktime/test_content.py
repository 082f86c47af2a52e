"""What an administrator writes as a calendar is refused with a sentence that says what is wrong."""

from typing import Any

import pytest

from core.errors import BadInput
from core.worktime import checked
from tests.core.worktime.calendars import EIGHT_TO_SIX, WEEK, holiday, shift, worked


def check(shifts: Any = EIGHT_TO_SIX, days: Any = (), minutes: Any = 480, until: Any = 2026) -> Any:
    return checked(shifts, days, minutes, until)


def test_two_ways_of_writing_the_same_are_one_content() -> None:
    sloppy = check(
        [
            {"weekdays": [5, 4, 3, 2, 1, 1], "from": "14:00", "to": "18:00", "valid_from": "", "note": "?"},
            {"weekdays": (1, 2, 3, 4, 5), "from": "08:00", "to": "12:00"},
        ],
        [
            {"date": "2026-10-10", "kind": "working", "name": " 国庆节 "},
            {"date": "2026-10-01", "kind": "holiday", "name": None, "like": 3},
        ],
    )
    assert sloppy == check(days=[holiday("2026-10-01"), worked("2026-10-10", name="国庆节")])
    assert sloppy.columns == {
        "shifts": EIGHT_TO_SIX,
        "days": [holiday("2026-10-01"), worked("2026-10-10", name="国庆节")],
        "standard_day_minutes": 480,
        "published_until": 2026,
    }
    assert sloppy.calendar.standard_day == 28_800


@pytest.mark.parametrize(
    "shifts",
    [
        [shift([1], "08:00", "12:00"), shift([1], "12:00", "18:00")],  # they touch
        [shift([1], "08:00", "12:00"), shift([2], "08:00", "12:00")],
        [shift([1], "08:00", "12:00", None, "2026-06-30"), shift([1], "09:00", "13:00", "2026-07-01")],
        [shift([7], "00:00", "24:00")],
    ],
)
def test_shifts_may_touch_and_follow_one_another(shifts) -> None:
    assert check(shifts).shifts


@pytest.mark.parametrize(
    ("shifts", "said"),
    [
        ([], "without a last day"),
        (None, "list"),
        ("08:00-12:00", "list"),
        ([7], "Shift 1: it has to say"),
        ([shift([1], "08:00", "12:00")] * 61, "more than 60"),
        ([shift([], "08:00", "12:00")], "weekdays"),
        ([shift([0], "08:00", "12:00")], "weekdays"),
        ([shift([8], "08:00", "12:00")], "weekdays"),
        ([shift([True], "08:00", "12:00")], "weekdays"),
        ([{**EIGHT_TO_SIX[0], "weekdays": "1"}], "weekdays"),
        ([shift([1], "8:00", "12:00")], "written 09:00"),
        ([shift([1], "08:00", "24:01")], "written 09:00"),
        ([shift([1], "08:00", "12:60")], "written 09:00"),
        ([{**EIGHT_TO_SIX[0], "to": 12}], "written 09:00"),
        ([shift([1], "24:00", "24:00")], "after its beginning"),
        ([shift([1], "22:00", "06:00")], "after its beginning"),
        ([shift([1], "08:00", "08:00")], "after its beginning"),
        ([shift([1], "08:00", "12:00", "2026-02-30")], "first and last day"),
        ([shift([1], "08:00", "12:00", "20260201")], "first and last day"),
        ([shift([1], "08:00", "12:00", "1850-01-01")], "first and last day"),
        ([shift([1], "08:00", "12:00", "2026-02-02", "2026-02-01")], "before its first"),
        ([shift([1], "08:00", "12:00", None, "2026-02-01")], "without a last day"),
        (
            [shift([1, 3], "08:00", "12:00"), shift([3], "11:59", "13:00")],
            "Wednesday: the shifts 08:00–12:00",
        ),
        (
            [shift([1], "08:00", "12:00", None, "2026-06-30"), shift([1], "09:00", "13:00", "2026-06-30")],
            "overlap",
        ),
    ],
)
def test_shifts_that_can_not_be_worked_are_refused(shifts, said, english) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        check(shifts)
    assert refused.value.field == "shifts"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (None, "list"),
        ({}, "list"),
        ([holiday("2026-10-01")] * 4001, "more than 4000"),
        (["2026-10-01"], "needs its date"),
        ([holiday("2026-13-01")], "needs its date"),
        ([holiday("2101-01-01")], "needs its date"),
        ([holiday("１２３４-01-01")], "needs its date"),
        ([{"date": "2026-10-01", "kind": "feast"}], "either holiday or working"),
        ([{"date": "2026-10-01", "kind": ["holiday"]}], "either holiday or working"),
        ([worked("2026-10-10", like=8)], "like a weekday"),
        ([{"date": "2026-10-10", "kind": "working", "like": "1"}], "like a weekday"),
        ([holiday("2026-10-01", name="长" * 61)], "60 characters"),
        ([{"date": "2026-10-01", "kind": "holiday", "name": 7}], "60 characters"),
        ([holiday("2026-10-01", name="a\x00")], "60 characters"),
        ([holiday("2026-10-01"), worked("2026-10-01")], "2026-10-01: the day stands there twice"),
        ([worked("2026-10-10", like=6)], "no shifts then"),
    ],
)
def test_special_days_that_can_not_be_are_refused(days, said, english) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        check(days=days)
    assert refused.value.field == "days"


def test_a_day_like_a_weekday_whose_shifts_are_over_is_refused(english) -> None:
    shifts = [shift(WEEK, "08:00", "12:00"), shift([6], "08:00", "12:00", None, "2026-06-30")]
    assert check(shifts, [worked("2026-06-28", like=6)])
    with pytest.raises(BadInput, match="no shifts then"):
        check(shifts, [worked("2026-07-05", like=6)])


@pytest.mark.parametrize("minutes", [None, 59, 1441, "480", 480.0, True])
def test_a_standard_day_has_one_to_24_hours(minutes) -> None:
    with pytest.raises(BadInput) as refused:
        check(minutes=minutes)
    assert refused.value.field == "standard_day_minutes"


@pytest.mark.parametrize("until", [1991, 2101, "2026", True])
def test_the_last_published_year_is_a_year_or_nothing(until) -> None:
    assert check(until=None).published_until is None
    with pytest.raises(BadInput) as refused:
        check(until=until)
    assert refused.value.field == "published_until"
