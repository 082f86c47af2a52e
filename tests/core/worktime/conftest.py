"""Refusals in English, so that a test can name their words."""

from collections.abc import Iterator

import pytest
from django.utils.translation import override


@pytest.fixture
def english() -> Iterator[None]:
    with override("en"):
        yield
