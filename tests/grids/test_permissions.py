"""Who may change places, units and people: administrators, within their district, and not themselves."""

import pytest

from accounts.models import User
from core.errors import NotAllowed, NotFound
from grids.permissions import check_area, check_may_configure, check_person, check_unit
from tests.cast import NOW, World


@pytest.mark.parametrize("who", ["worker", "officer", "station", "bureau", "cleaner", "leader"])
def test_only_administrators_configure(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        check_may_configure(world.access(who))


def test_an_area_of_the_own_district_may_be_changed_and_no_other(world: World) -> None:
    check_area(world.access("admin"), world.areas["500115001001001"])
    with pytest.raises(NotFound):
        check_area(world.access("admin"), world.areas["500106001"])


def test_a_unit_of_the_own_district_may_be_changed_and_no_other(world: World) -> None:
    check_unit(world.access("admin"), world.units["cs-clean"])
    with pytest.raises(NotFound):
        check_unit(world.access("admin"), world.units["spb-clean"])


def test_a_person_of_the_own_district_may_be_changed_and_no_other(world: World) -> None:
    check_person(world.access("admin"), world.people["officer"], NOW)
    with pytest.raises(NotFound):
        check_person(world.access("admin"), world.people["stranger"], NOW)


def test_nobody_changes_their_own_login(world: World) -> None:
    with pytest.raises(NotAllowed):
        check_person(world.access("admin"), world.people["admin"], NOW)


def test_a_superuser_is_nobody_s_to_change(world: World) -> None:
    User.objects.filter(username="officer").update(is_superuser=True)
    world.people["officer"].refresh_from_db()
    with pytest.raises(NotAllowed):
        check_person(world.access("admin"), world.people["officer"], NOW)
