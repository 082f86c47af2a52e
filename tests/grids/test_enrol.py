"""Made-up people come in numbers, once, and only where there is a place for them."""

import pytest

from accounts.models import User
from accounts.roles import Role
from core.errors import BadInput
from grids.access import access_for
from grids.models import Posting
from grids.services.enrol import Newcomer, people_enrol
from tests.cast import BEGAN, NOW, World

OFFICER = Newcomer("made-officer", "虚构队员", Role.OFFICER, "500115001", member_of="cs-green")
HANDLER = Newcomer("made-handler", "虚构经办", Role.UNIT_HANDLER, "unit:cs-clean")


def test_people_hold_their_role_where_they_were_posted(world: World) -> None:
    people = people_enrol(newcomers=[OFFICER, HANDLER], since=BEGAN, now=NOW)
    officer = access_for(people["made-officer"], now=NOW)
    assert officer.areas == {Role.OFFICER: frozenset({world.areas["500115001"].pk})}
    assert officer.own_units == frozenset({world.units["cs-green"].pk})
    handler = access_for(people["made-handler"], now=NOW)
    assert handler.units == {Role.UNIT_HANDLER: frozenset({world.units["cs-clean"].pk})}
    assert all(person.made_up for person in people.values())


def test_without_a_password_nobody_can_log_in_as_them(world: World) -> None:
    people = people_enrol(newcomers=[OFFICER], since=BEGAN, now=NOW)
    assert not people["made-officer"].has_usable_password()


def test_with_a_password_all_share_it(world: World) -> None:
    people = people_enrol(newcomers=[OFFICER, HANDLER], since=BEGAN, now=NOW, password="made-up-word")
    assert all(person.check_password("made-up-word") for person in people.values())


def test_one_person_can_hold_several_postings(world: World) -> None:
    second = Newcomer("made-officer", "虚构队员", Role.OFFICER, "500115002")
    people_enrol(newcomers=[OFFICER, second], since=BEGAN, now=NOW)
    assert Posting.objects.filter(user__username="made-officer").count() == 2


def test_enrolling_again_adds_nothing(world: World) -> None:
    people_enrol(newcomers=[OFFICER, HANDLER], since=BEGAN, now=NOW)
    before = (User.objects.count(), Posting.objects.count())
    people_enrol(newcomers=[OFFICER, HANDLER], since=BEGAN, now=NOW)
    assert (User.objects.count(), Posting.objects.count()) == before


@pytest.mark.parametrize("place", ["999999", "unit:none"])
def test_an_unknown_place_is_refused_and_nobody_is_made(world: World, place: str) -> None:
    with pytest.raises(BadInput):
        people_enrol(newcomers=[OFFICER, Newcomer("x-1", "无", Role.OFFICER, place)], since=BEGAN, now=NOW)
    assert not User.objects.filter(username="made-officer").exists()
