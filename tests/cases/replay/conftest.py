"""Sentences are compared in the source language; the districts of a replay are three plain squares."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from tests.squares import build_squares


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def squares(db: None) -> None:
    """The three districts in the database of one test."""
    build_squares()
