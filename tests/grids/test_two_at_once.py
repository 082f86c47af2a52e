"""Two administrators in the same moment, on a database where they truly run beside each other."""

import contextlib
import threading

import pytest
from django.db import connections

from core.errors import CityError
from grids.access import Access
from grids.models import Area, Posting
from grids.services import postings
from grids.services.areas import area_add, area_rename
from grids.services.postings import posting_add, posting_end
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


def post(access: Access, role, key):
    return posting_add(
        access=access, username="worker2", role=role, place="500115001", now=NOW, key=key
    )["user"]  # fmt: skip


@pytest.fixture
def met_after_the_look(monkeypatch):
    """Both have looked for an equal posting before either writes, unless they are kept apart."""
    look, gate = postings._check_alone, threading.Barrier(2)

    def slow(posting):
        look(posting)
        with contextlib.suppress(threading.BrokenBarrierError):
            gate.wait(1)

    monkeypatch.setattr(postings, "_check_alone", slow)


def test_of_two_equal_postings_at_once_one_is_made_and_the_other_refused(met_after_the_look):
    access = build_world().access("admin")
    answers = together(*[lambda n=n: post(access, "squad_leader", n) for n in ("a", "b")])
    assert sorted(answers, key=str) == [409, "worker2"]
    assert Posting.objects.filter(user__username="worker2", role="squad_leader").count() == 1


def test_two_postings_at_once_both_count(met_after_the_look):
    world = build_world()
    access = world.access("admin")
    answers = together(*[lambda role=role: post(access, role, role) for role in ("officer", "squad_leader")])
    assert answers == ["worker2", "worker2"]
    assert {"officer", "squad_leader"} <= set(world.access("worker2").roles)


def test_a_posting_ended_while_another_is_made_leaves_the_other_standing():
    world = build_world()
    access = world.access("admin")
    post(access, "officer", "first")
    old = Posting.objects.get(user__username="worker2", role="officer")
    answers = together(
        lambda: post(access, "squad_leader", "second"),
        lambda: posting_end(access=access, posting_id=old.pk, now=NOW, key="end")["user"],
    )
    assert answers == ["worker2", "worker2"]
    roles = set(world.access("worker2").roles)
    assert "squad_leader" in roles
    assert "officer" not in roles
