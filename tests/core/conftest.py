"""What tests of timers share."""

from collections.abc import Iterator

import pytest

from core import timers
from tests import swept
from tests.core.hands import Clocks, take_over
from tests.core.ringing import Bells, clear, install


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> Bells:
    """Bells that end with the test."""
    monkeypatch.setattr(timers, "_handlers", dict(timers._handlers))
    monkeypatch.setattr(timers, "_missed", dict(timers._missed))
    return install(telling=False)


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """The database as other connections see it; what timers and bells leave there is swept up by hand."""
    yield
    clear()
    swept.by_hand.set()


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    """Every clock, moved by hand."""
    return take_over(monkeypatch)
