"""Digests taken at once, and steps while one runs: one row a day, and no head lost or doubled."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cases.models import Case, HeadDigest, HeadLeaf
from cases.services import digest_take
from cases.services.digest_take import heads_digest, undigested
from cases.services.digest_verify import digests_breaks
from tests.cases.attempts import take
from tests.cast import NOW, World, build_world
from tests.together import at_once
from tests.walk import report

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city(transactional_db: None) -> World:
    """The cast, committed, so that other connections see it."""
    return build_world()


def holds() -> bool:
    return not any(portion.broken for portion in digests_breaks())


def test_of_several_runs_at_once_one_takes_the_digest_and_all_agree(
    city: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _case in range(12):
        report(city)
    monkeypatch.setattr(digest_take, "BLOCK", 2)
    rows = at_once(*[lambda: heads_digest(now=NOW)] * 4)
    assert [type(row) for row in rows if row is not None] == [HeadDigest], rows
    assert (HeadDigest.objects.get().changed, HeadLeaf.objects.count(), undigested()) == (12, 12, 0)
    assert holds()


def test_steps_taken_while_the_digest_runs_are_in_this_one_or_the_next(
    city: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cases = [report(city) for _case in range(8)]
    monkeypatch.setattr(digest_take, "BLOCK", 1)
    access = city.access("officer")

    def notes(case: Case) -> Callable[[], Any]:
        return lambda: take(case, "claim", access, {})

    done = at_once(lambda: heads_digest(now=NOW), *[notes(case) for case in cases])
    assert not [result for result in done if isinstance(result, Exception)], done
    assert heads_digest(now=NOW + timedelta(days=1)) is not None
    assert undigested() == 0
    assert HeadDigest.objects.get(number=2).events == 16
    assert holds()
