"""Between two times of the day only what is urgent sounds."""

from datetime import UTC, datetime, time

import pytest

from notices.quiet import CITY, FIELD, OFFICE, Quiet, quiet_between, sounds_from

NOON = Quiet(time(12), time(14))


def city(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY)


@pytest.mark.parametrize(
    ("quiet", "moment", "sounds"),
    [
        (FIELD, "2026-11-23T22:00", "2026-11-24T07:00"),
        (FIELD, "2026-11-24T06:59:59", "2026-11-24T07:00"),
        (FIELD, "2026-11-24T07:00", "2026-11-24T07:00"),
        (FIELD, "2026-11-23T20:59", "2026-11-23T20:59"),
        (FIELD, "2026-11-23T21:00", "2026-11-24T07:00"),
        (OFFICE, "2026-12-31T18:00", "2027-01-01T09:00"),
        (NOON, "2026-11-23T12:00", "2026-11-23T14:00"),
        (NOON, "2026-11-23T14:00", "2026-11-23T14:00"),
        (NOON, "2026-11-23T11:59", "2026-11-23T11:59"),
        (None, "2026-11-23T03:00", "2026-11-23T03:00"),
    ],
)
def test_what_falls_into_quiet_hours_sounds_at_their_end(
    quiet: Quiet | None, moment: str, sounds: str
) -> None:
    asked = city(moment).astimezone(UTC)
    assert sounds_from(asked, quiet) == city(sounds)


def test_without_both_ends_it_is_never_quiet() -> None:
    assert quiet_between(None, None) is None
    assert quiet_between(time(21), time(7)) == FIELD
