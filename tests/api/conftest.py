"""The cast at the API: a client a person, at a fixed moment after everything the walks do."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from core import clock
from tests.cast import NOW, World

MOMENT = NOW + timedelta(hours=6)


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch):
    """Doors ask for the time; here it is always the same."""
    monkeypatch.setattr(clock, "now", lambda: MOMENT)


@pytest.fixture
def api(world: World) -> Callable[..., APIClient]:
    """A client of somebody of the cast; of nobody without a name. English sentences are asked for."""

    def client(who: str = "", **more) -> APIClient:
        made = APIClient(headers={"Accept-Language": "en"}, **more)
        if who:
            made.force_login(world.people[who], backend="django.contrib.auth.backends.ModelBackend")
        return made

    return client
