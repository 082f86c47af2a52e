"""The ladder by itself: when each rung comes, and what a rest, an extension and an outage do to that."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.deadlines import (
    Clock,
    Ladder,
    Level,
    Limit,
    default_ladder,
    default_limit,
    left_after,
    rung_moments,
    rung_passed,
    sign_limit,
)
from cases.workflow import Stage, Track
from core.calendar_seed import definitions
from core.worktime import Calendar, Unit
from tests.cases.deadlines.passing import DAY, HOUR, at, told_time

OFFICES, SQUADS = (row.content.calendar for row in definitions())
HANDLE, VERIFY = default_ladder(Stage.HANDLE), default_ladder(Stage.VERIFY)
MONDAY = at("11-23 10:00")


def clock(limit: Limit, calendar: Calendar = OFFICES, since: datetime = MONDAY, **more: int) -> Clock:
    seconds = limit.seconds(calendar)
    facts = {"spent": 0, "total": seconds, "rung": 0} | more
    return Clock(since, limit=seconds, calendar=calendar if limit.works else None, **facts)


def moments(of: Clock, ladder: Ladder = HANDLE, days: Calendar = OFFICES) -> dict[int, str]:
    return {level: told_time(moment) for level, moment in rung_moments(of, ladder, days)}


DAYS5, DAYS15, HOURS4 = Limit(5, Unit.WORKING_DAY), Limit(15, Unit.WORKING_DAY), Limit(4, Unit.WORKING_HOUR)


def test_a_warning_comes_at_four_fifths_and_the_deadline_at_all_of_it() -> None:
    found = moments(clock(DAYS5))
    assert (found[1], found[2]) == ("11-27 10:00", "11-30 10:00")


def test_the_second_level_comes_two_working_days_late_and_the_third_five() -> None:
    found = moments(clock(DAYS15))
    assert (found[2], found[3], found[4]) == ("12-14 10:00", "12-16 10:00", "12-21 10:00")


def test_a_short_limit_climbs_by_its_own_length_where_that_is_earlier() -> None:
    found = moments(clock(HOURS4))
    assert found == {1: "11-23 14:42", 2: "11-23 15:30", 3: "11-24 10:30", 4: "11-24 16:00"}


def test_inside_the_house_the_second_level_waits_two_hours_and_the_third_a_day() -> None:
    half_an_hour = Limit(30, Unit.WORKING_MINUTE)
    found = moments(clock(half_an_hour), default_ladder(Stage.DISPATCH))
    assert found == {1: "11-23 10:24", 2: "11-23 10:30", 3: "11-23 12:30", 4: "11-24 10:30"}


def test_those_waits_are_working_time_also_where_the_clock_is_not() -> None:
    night = clock(Limit(30, Unit.CONTINUOUS_MINUTE), since=at("11-23 23:00"))
    found = moments(night, VERIFY, SQUADS)
    assert found == {1: "11-23 23:24", 2: "11-23 23:30", 3: "11-24 09:00", 4: "11-24 21:00"}


@pytest.mark.parametrize("stage", [Stage.HANDLE, Stage.CALL_BACK])
def test_outside_the_house_nothing_waits(stage: Stage) -> None:
    assert {rung.not_before for rung in default_ladder(stage)} == {None}


def test_an_extension_puts_every_rung_off_by_one_limit_and_no_more() -> None:
    short = clock(Limit(1, Unit.WORKING_DAY))
    plain, extended = moments(short), moments(replace(short, total=2 * short.limit))
    assert (plain[2], extended[2]) == ("11-24 10:00", "11-25 10:00")
    assert (plain[3], extended[3]) == ("11-25 10:00", "11-26 10:00")
    assert (plain[4], extended[4]) == ("11-26 10:00", "11-27 10:00")


def test_what_is_left_after_rework_still_climbs_by_the_whole_limit() -> None:
    day = Limit(1, Unit.WORKING_DAY)
    found = moments(clock(day, total=5400))
    assert (found[2], found[3]) == ("11-23 11:30", "11-24 11:30")


def test_a_rest_moves_all_rungs_by_its_length() -> None:
    night_shift = clock(Limit(2, Unit.CONTINUOUS_HOUR))
    rested = replace(night_shift, since=MONDAY + 24 * HOUR, spent=3600)
    # An hour was gone: what lay an hour ahead then lies an hour ahead now.
    before, after = (dict(rung_moments(c, HANDLE, SQUADS)) for c in (night_shift, rested))
    assert {level: moment + 23 * HOUR for level, moment in before.items()} == after


def test_a_rest_long_after_the_deadline_costs_no_rung_its_place() -> None:
    # 15 days, rested four working days late at level 2: the third is one day off, not five.
    day = 27000
    late = clock(DAYS15, since=at("12-28 09:00"), spent=19 * day, rung=Level.LEVEL2)
    assert moments(late) == {4: "12-28 18:00"}
    # What should have come while it rested comes at once.
    assert moments(replace(late, spent=25 * day)) == {4: "12-28 09:00"}


def test_a_rest_between_repetitions_does_not_begin_them_anew() -> None:
    day = 27000
    late = clock(DAYS15, since=at("12-28 09:00"), spent=(15 + 5 + 5 + 4) * day, rung=5)
    assert moments(late) == {6: "12-28 18:00"}


def test_the_third_level_is_repeated_every_five_working_days() -> None:
    autumn = clock(DAYS15, since=at("10-19 10:00"), rung=3)
    assert moments(autumn) == {4: "11-16 10:00"}, "not before the third has come"
    assert moments(replace(autumn, rung=4)) == {5: "11-23 10:00"}
    assert moments(replace(autumn, rung=5)) == {6: "11-30 10:00"}


def test_repetitions_that_were_missed_are_passed_over() -> None:
    autumn = clock(DAYS15, since=at("10-19 10:00"), rung=4)
    for now in ("11-23 10:00", "11-25 10:00"):
        after = dict(rung_moments(autumn, HANDLE, OFFICES, at(now)))
        assert {level: told_time(moment) for level, moment in after.items()} == {5: "11-30 10:00"}


def test_a_ladder_whose_last_rung_was_switched_off_is_not_repeated() -> None:
    assert moments(clock(DAYS5, rung=3), HANDLE[:3]) == {}
    assert moments(clock(DAYS5), ()) == {}


def test_a_calendar_that_does_not_reach_back_brings_at_once_what_is_past() -> None:
    shifts = [{"weekdays": [1, 2, 3, 4, 5], "from": "09:00", "to": "17:00", "valid_from": "2026-11-01"}]
    young = Calendar.of(shifts, [], 480, None)
    late = Clock(MONDAY, 10_000_000, 28800, 28800, young, rung=2)
    assert set(moments(late, days=young).values()) == {"11-23 10:00"}


def test_a_clock_that_changed_has_passed_the_rungs_whose_moments_have_come() -> None:
    late = clock(HOURS4, rung=4)
    moments_of = {"11-23 14:00": 0, "11-23 14:42": 1, "11-23 15:30": 2, "11-24 10:30": 3, "11-24 16:00": 4}
    assert {when: rung_passed(late, HANDLE, OFFICES, at(when)) for when in moments_of} == moments_of
    # Never higher than it stood; a repetition stays while the last rung has come.
    assert rung_passed(replace(late, rung=1), HANDLE, OFFICES, at("11-24 16:00")) == 1
    assert rung_passed(replace(late, rung=7), HANDLE, OFFICES, at("11-24 16:00")) == 7
    assert rung_passed(replace(late, rung=7), HANDLE, OFFICES, at("11-24 15:00")) == 3


@pytest.mark.parametrize(
    ("total", "spent", "left"), [(1000, 300, 700), (1000, 900, 200), (1000, 5000, 200), (2000, 1500, 500)]
)
def test_what_goes_on_has_what_was_left_and_at_least_a_fifth_of_the_limit(
    total: int, spent: int, left: int
) -> None:
    assert left_after(total, spent, 1000) == left


def test_the_limits_are_those_of_the_table() -> None:
    found = {stage: default_limit(stage, Track.STANDARD) for stage in Stage if stage in default_stages()}
    assert {stage: f"{limit.amount} {limit.unit}" if limit else "" for stage, limit in found.items()} == {
        "verify": "1 工作时", "plan": "4 工作时", "approve": "4 工作时", "dispatch": "30 工作分",
        "handle": "", "check": "4 工作时", "call_back": "2 工作日",
    }  # fmt: skip
    assert default_limit(Stage.VERIFY, Track.EMERGENCY) == Limit(30, Unit.CONTINUOUS_MINUTE)
    assert sign_limit(Track.STANDARD) == Limit(1, Unit.WORKING_HOUR)
    assert sign_limit(Track.EMERGENCY) == Limit(15, Unit.CONTINUOUS_MINUTE)


def default_stages() -> set[str]:
    return {"verify", "plan", "approve", "dispatch", "handle", "check", "call_back"}


def test_the_bureaus_own_lateness_goes_to_its_leader() -> None:
    own = {rung.level: rung.hears for rung in default_ladder(Stage.APPROVE)}
    assert own == {1: ("named",), 2: ("named", "bureau_leader"), 3: ("bureau_leader",), 4: ("bureau_leader",)}
    usual = {rung.level: rung.hears for rung in HANDLE}
    assert usual == {1: ("named",), 2: ("named", "leader"), 3: ("unit_head", "station"), 4: ("bureau",)}


AMOUNTS = st.builds(Limit, st.integers(1, 60), st.sampled_from(list(Unit)))


@given(
    limit=AMOUNTS,
    stage=st.sampled_from([Stage.HANDLE, Stage.VERIFY, Stage.CALL_BACK]),
    start=st.integers(0, 300 * 24 * 60),
    spent=st.integers(0, 3_000_000),
    rung=st.integers(0, 7),
    days=st.sampled_from([OFFICES, SQUADS]),
)
def test_rungs_come_in_order_none_before_the_clock_began(
    limit: Limit, stage: Stage, start: int, spent: int, rung: int, days: Calendar
) -> None:
    since = MONDAY + timedelta(minutes=start)
    running = clock(limit, days, since, spent=spent, rung=rung)
    found = list(rung_moments(running, default_ladder(stage), days))
    levels, when = [level for level, _m in found], [moment for _l, moment in found]
    assert levels == sorted(levels)
    assert when == sorted(when)
    assert all(moment >= since for moment in when)
    assert levels[0] == rung + 1
    assert levels[-1] == max(4, rung + 1)
    if spent < running.total:
        assert running.due > since or not running.total


@given(limit=AMOUNTS, gone=st.floats(0, 4), rest=st.integers(1, 60))
def test_a_rest_of_a_clock_that_never_sleeps_moves_the_rungs_by_itself_alone(
    limit: Limit, gone: float, rest: int
) -> None:
    limit = limit.day_and_night
    running = clock(limit)
    spent = round(running.total * gone)
    stopped = MONDAY + timedelta(seconds=spent)
    went_on = replace(running, since=stopped + rest * DAY, spent=spent)
    # Percentages alone: days past a deadline are working days, of which a rest may hold more or fewer.
    ladder = tuple(replace(rung, past_days=0) for rung in HANDLE)
    plain = dict(rung_moments(running, ladder, SQUADS))
    for level, moment in rung_moments(went_on, ladder, SQUADS):
        assert moment == max(plain[level], stopped) + rest * DAY
