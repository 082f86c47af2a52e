"""Filling the made-up days: people and plans first, then one case after another, each whole or not at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from cases.models import Case
from citymgmt.demo.ground import Ground
from citymgmt.demo.life import Life, story_live, story_uuid
from citymgmt.demo.people import Crew, crew_make
from citymgmt.demo.plans import plans_make
from citymgmt.demo.story import story
from core.errors import CityError
from core.services.outbox import outbox_drain

# People and plans are there before the oldest case, whenever the days are filled.
_BEFORE = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Demo:
    """The stage on which the stories play."""

    crew: Crew
    ground: Ground
    now: datetime
    seed: int


def demo_prepare(*, now: datetime, seed: int) -> Demo:
    """Make the cast, their postings and the standing plans that are missing; idempotent.

    Raises:
        BadInput: districts or catalogue are not loaded.
    """
    since = now - _BEFORE
    crew = crew_make(since=since, now=now, seed=seed)
    plans_make(crew=crew, since=since)
    return Demo(crew, Ground(crew.communities), now, seed)


ADDED, KNOWN = "added", "known"


def demo_fill(*, demo: Demo, days: int, cases: int) -> Iterator[str]:
    """Live the stories 0 to ``cases`` - 1 of the last ``days`` days; ``added``, ``known``, or a refusal.

    A story is one transaction and its case has a UUID that follows from seed and number, so a killed
    run goes on where it was and a second one adds nothing. A story is refused, with its sentence, where
    somebody has meanwhile retired a place or closed a login on the pages.
    """
    land = demo.ground.land
    for index in range(cases):
        uuid = story_uuid(demo.seed, index)
        if Case.objects.filter(uuid=uuid).exists():
            yield KNOWN
            continue
        told = story(index=index, seed=demo.seed, now=demo.now, days=days, land=land)
        try:
            with transaction.atomic():
                story_live(Life(told, demo.ground.spot(told), demo.crew, uuid, demo.now))
        except CityError as refusal:
            yield str(refusal)
        else:
            yield ADDED


def demo_tell(*, now: datetime) -> None:
    """Turn what happened lately into notices, so that inboxes are filled when somebody looks."""
    while outbox_drain(now=now):
        pass
