"""The administrator's browser, at the moment of the cast."""

import pytest
from django.test import Client

from core import clock
from tests.cases.browsers import browser
from tests.cast import NOW, World


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def admin(world: World) -> Client:
    return browser(world, "admin")
