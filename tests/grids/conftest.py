"""Fresh keys and short calls for the tests of places and posts."""

from itertools import count

import pytest


@pytest.fixture
def fresh():
    """A new idempotency key at every call."""
    numbers = count(1)
    return lambda: f"key-{next(numbers)}"
