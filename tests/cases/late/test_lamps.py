"""The lamp of a case and its words: what is left, how late it is, until when the clock rests."""

from datetime import timedelta

import pytest
from django.utils import translation

from cases.given import needed
from cases.lamps import lamp_of, lamp_q, standing_of
from cases.models import Case, Lamp
from cases.selectors import lamp_counts, stage_lamps
from cases.wording_late import span_words
from cases.workflow import OPEN, Stage
from core.calendars import calendar_of, calendars_now
from tests.cast import NOW, World
from tests.walk import case_at, go, report

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (59, "less than a minute"), (60, "1 working minute"), (3599, "59 working minutes"),
        (3600, "1 working hour"), (2 * 3600 + 3599, "2.9 working hours"), (7.5 * 3600, "1 working day"),
        (19 * 3600, "2.5 working days"),
    ],
)  # fmt: skip
def test_working_time_is_told_in_the_largest_unit_that_fits_and_never_rounded_up(world, seconds, words):
    offices = calendar_of(calendars_now().by_code("offices"))
    assert span_words(seconds, offices) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(120, "2 minutes"), (5400, "1.5 hours"), (86_399, "23.9 hours"), (86_400, "1 day")]
)
def test_time_that_runs_day_and_night_is_told_in_plain_hours(seconds, words):
    assert span_words(seconds, None) == words


def told(case: Case, after: timedelta) -> tuple[str, str]:
    standing = standing_of(case, NOW + after)
    assert standing
    return standing.lamp.value, standing.words


def test_a_lamp_is_green_to_four_fifths_then_yellow_then_red(world: World) -> None:
    case = report(world)  # a Monday at 10:00; officers have one working hour
    assert told(case, 0 * MINUTE) == ("green", "1 working hour left")
    assert told(case, 47 * MINUTE) == ("green", "13 working minutes left")
    assert told(case, 48 * MINUTE) == ("yellow", "12 working minutes left")
    assert told(case, 60 * MINUTE) == ("red", "less than a minute late")
    assert told(case, 90 * MINUTE) == ("red", "30 working minutes late")
    # At night nobody is late by another minute: 10 hours of work lie between 11:00 and 21:00.
    assert told(case, 11 * HOUR)[1] == told(case, 20 * HOUR)[1]


def test_a_suspended_case_is_grey_and_says_until_when(world: World) -> None:
    case = case_at(world, Stage.HANDLE)
    case = go(world, case, ("request_suspension", "cleaner"), ("decide_suspension", "bureau"))
    lamp, words = told(case, HOUR)
    assert lamp == "grey"
    assert words == f"Suspended until {(needed(case.suspended_until) + 8 * HOUR):%Y-%m-%d}"


def test_what_is_done_or_rests_in_another_case_has_no_lamp(world: World) -> None:
    merged = go(world, report(world), ("merge", "officer"))
    for case in (merged, case_at(world, Stage.CLOSED), case_at(world, Stage.REJECTED)):
        assert lamp_of(case, NOW) is None
        assert not any(Case.objects.filter(lamp_q(lamp, NOW), pk=case.pk).exists() for lamp in Lamp)


def test_every_open_case_is_under_exactly_one_lamp_and_counted_there(world: World) -> None:
    go(
        world,
        case_at(world, Stage.HANDLE),
        ("request_suspension", "cleaner"),
        ("decide_suspension", "bureau"),
    )
    for stage in (Stage.VERIFY, Stage.PLAN, Stage.HANDLE, Stage.CALL_BACK, Stage.CLOSED):
        case_at(world, stage)
    cases, found = list(Case.objects.filter(stage__in=OPEN)), set()
    for minutes in (0, 50, 70, 60 * 24 * 40):
        now = NOW + minutes * MINUTE
        lamps = [lamp_of(case, now) for case in cases]
        assert None not in lamps
        assert lamp_counts(Case.objects.all(), now) == {lamp: lamps.count(lamp) for lamp in Lamp}
        by_stage = stage_lamps(world.access("station"), now)
        assert {lamp: sum(n[lamp.value] for n in by_stage.values()) for lamp in Lamp} == lamp_counts(
            Case.objects.all(), now
        )
        assert sum(n["all"] for n in by_stage.values()) == len(cases)
        found |= set(lamps)
    assert found == set(Lamp)
