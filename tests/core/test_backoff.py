"""Waiting doubles, ends at half an hour, spreads, and is the same for the same message."""

from datetime import timedelta

from core.backoff import wait_before


def test_it_doubles_from_five_seconds_to_half_an_hour() -> None:
    waits = [wait_before(attempt, "x").total_seconds() for attempt in range(1, 40)]
    plain = [min(5 * 2**power, 1800) for power in range(39)]
    assert all(base <= wait <= base * 1.25 for base, wait in zip(plain, waits, strict=True))


def test_what_failed_together_does_not_come_back_together() -> None:
    waits = [wait_before(5, str(seed)) for seed in range(100)]
    assert len(set(waits)) > 90
    assert max(waits) - min(waits) > timedelta(seconds=10)
    assert waits == [wait_before(5, str(seed)) for seed in range(100)]
