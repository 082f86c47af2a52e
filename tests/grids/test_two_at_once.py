"""Two administrators in the same moment, on a database where they truly run beside each other."""

import threading

import pytest
from django.db import connections

from core.errors import CityError
from grids.models import Area
from grids.services.areas import area_add, area_rename
from tests.cast import NOW, build_world

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
COMMUNITY = "500115001001"


def together(*acts):
    """Start all at once; what each answered or was refused with."""
    answers, gate = [], threading.Barrier(len(acts))

    def run(act):
        gate.wait()
        try:
            answers.append(act())
        except CityError as refusal:
            answers.append(refusal.status)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_two_grids_added_at_once_get_two_numbers():
    world = build_world()
    access = world.access("admin")
    answers = together(
        *[
            lambda n=n: area_add(access=access, parent_code=COMMUNITY, now=NOW, key=f"k{n}")["code"]
            for n in range(4)
        ]
    )
    assert sorted(answers) == [f"{COMMUNITY}{n:03d}" for n in (3, 4, 5, 6)]


def test_of_two_names_given_at_once_one_holds_and_the_other_is_stale():
    world = build_world()
    access = world.access("admin")
    answers = together(
        *[
            lambda n=n: area_rename(
                access=access, code=COMMUNITY, name=f"{n}社区", version=1, now=NOW, key=n
            )["name"]
            for n in ("甲", "乙")
        ]
    )
    assert answers.count(412) == 1
    assert Area.objects.get(code=COMMUNITY).name in answers
