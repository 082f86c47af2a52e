"""What is drawn by lot is the same for the same seed, believable, and fits the catalogue."""

import csv
import io
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from cases.workflow import Action
from citymgmt.demo.pace import brisk, when
from citymgmt.demo.pictures import KINDS, SIZE, VARIANTS, picture
from citymgmt.demo.scenes import SCENES, Scene
from citymgmt.demo.story import SHOWN, ZONE, Land, Story, story

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LAND = Land(total=60, own=22, next=22, other=56)
ROOT = Path(__file__).resolve().parents[3]


def told(index: int, seed: int = 1) -> Story:
    return story(index=index, seed=seed, now=NOW, days=90, land=LAND)


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / "cases/data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_tells_the_same_story_and_another_seed_another() -> None:
    later = range(len(SHOWN), len(SHOWN) + 40)
    assert [told(n) for n in later] == [told(n) for n in later]
    assert [told(n) for n in later] != [told(n, seed=2) for n in later]


def test_stories_begin_within_the_days_and_never_ahead() -> None:
    opened = [told(n).opened for n in range(1500)]
    assert max(opened) < NOW
    assert min(opened) > NOW - timedelta(days=92)


def test_weekdays_are_busier_than_weekends_and_days_than_nights() -> None:
    opened = [told(n).opened.astimezone(ZONE) for n in range(len(SHOWN), 3000)]
    weekend = sum(moment.weekday() >= 5 for moment in opened) / len(opened)
    assert 0.08 < weekend < 2 / 7
    assert all(7 <= moment.hour <= 22 for moment in opened)


def test_half_of_it_happens_in_the_casts_own_street() -> None:
    own = sum(told(n).community < LAND.own for n in range(len(SHOWN), 2000)) / 2000
    assert 0.4 < own < 0.8
    assert {told(n).community for n in range(3000)} >= set(range(LAND.total))


def test_every_source_and_turn_comes_up() -> None:
    stories = [told(n) for n in range(600)]
    assert set(Counter(s.reporter for s in stories)) == {"worker", "officer", "fixed", "hotline", "resident"}
    assert len({turn for s in stories for turn in s.turns}) == 9


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.case_class)
def test_every_scene_fits_the_catalogue(scene: Scene) -> None:
    kind, _dash, code = scene.case_class.partition("-")
    row = next(r for r in rows("case_classes.csv") if (r["kind"], r["code"]) == (kind, code))
    assert row["default_line"] == scene.line
    conditions = {(r["kind"], r["code"], r["seq"]) for r in rows("filing_conditions.csv")}
    assert (kind, code, str(scene.condition)) in conditions
    assert scene.picture in KINDS


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("variant", range(VARIANTS))
def test_a_drawing_shows_before_and_after(kind: str, variant: int) -> None:
    before, after = (picture(kind, mended=mended, variant=variant) for mended in (False, True))
    assert before != after
    with Image.open(io.BytesIO(before)) as image:
        assert (image.format, image.size) == ("JPEG", SIZE)


@pytest.mark.parametrize("action", [Action.VERIFY, Action.SUBMIT_PLAN, Action.FINISH, Action.CLOSE])
def test_steps_come_later_and_in_office_hours(action: Action) -> None:
    for n in range(200):
        before = NOW + timedelta(hours=n * 1.7)
        at = when(action, before, random.Random(n), days_of_work=0.0, nights=False)
        assert at > before
        assert 8 <= at.astimezone(ZONE).hour <= 18


def test_emergencies_run_through_the_night() -> None:
    late = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 23:00 in Chongqing
    at = when(Action.VERIFY, late, random.Random(1), days_of_work=0.0, nights=True)
    assert at < late + timedelta(hours=3)
    assert brisk(late, random.Random(1)) < late + timedelta(minutes=33)
