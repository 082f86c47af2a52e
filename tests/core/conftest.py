"""What tests of timers share."""

from collections.abc import Iterator
from typing import Any

import pytest

from core import timers
from tests.core.hands import Clocks, take_over
from tests.core.ringing import Bells, clear, install


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> Bells:
    """Bells that end with the test."""
    monkeypatch.setattr(timers, "_handlers", dict(timers._handlers))
    monkeypatch.setattr(timers, "_missed", dict(timers._missed))
    return install()


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database as other connections see it; what timers and bells leave there is swept up by hand.

    Emptying every table after a test, as Django does, takes longer than these tests do.
    """
    with django_db_blocker.unblock():
        clear()
        try:
            yield
        finally:
            clear()


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    """Every clock, moved by hand."""
    return take_over(monkeypatch)
