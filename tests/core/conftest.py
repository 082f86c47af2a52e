"""What tests of timers share."""

import pytest

from core import timers
from tests.core.ringing import Bells, install


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> Bells:
    """Bells that end with the test."""
    monkeypatch.setattr(timers, "_handlers", dict(timers._handlers))
    monkeypatch.setattr(timers, "_missed", dict(timers._missed))
    return install()
