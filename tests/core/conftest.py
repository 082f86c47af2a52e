"""What tests of timers share."""

import pytest

from core import timers
from tests.core.hands import Clocks, take_over
from tests.core.ringing import Bells, install


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> Bells:
    """Bells that end with the test."""
    monkeypatch.setattr(timers, "_handlers", dict(timers._handlers))
    monkeypatch.setattr(timers, "_missed", dict(timers._missed))
    return install(telling=False)


@pytest.fixture
def committed(transactional_db: None) -> None:
    """The database as other connections see it."""


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    """Every clock, moved by hand."""
    return take_over(monkeypatch)
