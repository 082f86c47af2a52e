"""Administrators choose places, people and units; what they may not touch is not offered."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Unit, User
from grids.offered import districts_offered, people_offered, places_offered, units_offered
from tests.cast import World

COMMUNITY, GRID = "500115001001", "500115001001002"


def keys(options: list) -> set[str]:
    return {key for _label, group in options for key, _name in group}


def test_places_are_the_units_and_the_areas_of_the_district_down_to_communities(world: World) -> None:
    offered = keys(places_offered(world.access("admin")))
    assert {"unit:cs-clean", "500115", "500115001", COMMUNITY} <= offered
    assert GRID not in offered
    assert not offered & {"unit:spb-clean", "500106", "500106001"}
    assert GRID in keys(places_offered(world.access("admin"), also=GRID))
    assert "500106001" not in keys(places_offered(world.access("admin"), also="500106001"))
    assert keys(places_offered(world.access("stranger_admin"))) >= {"500106", "unit:spb-clean"}


def test_people_and_units_are_those_of_the_district(world: World) -> None:
    people = dict(people_offered(world.access("admin")))
    assert people["worker"].startswith("网格员甲")
    assert not {"stranger", "stranger_officer"} & people.keys()
    User.objects.filter(username="worker").update(is_active=False)
    assert "worker" not in dict(people_offered(world.access("admin")))
    assert [code for code, _name in units_offered(world.access("admin"), but="cs-clean")] == [
        "cs-green",
        "cs-works",
    ]
    assert districts_offered(world.access("admin")) == [("500115", "长寿区 500115")]


@pytest.mark.parametrize("who", ["station", "leader"])
def test_nothing_is_offered_to_those_who_configure_nothing(world: World, who: str) -> None:
    access = world.access(who)
    assert (places_offered(access), people_offered(access), units_offered(access)) == ([], [], [])


@pytest.mark.parametrize("name", ["grids:person_add", "grids:posting_add", "grids:unit_add"])
def test_the_forms_offer_choices_that_work_without_script(world: World, name: str) -> None:
    client = Client()
    client.force_login(world.people["admin"])
    page = client.get(reverse(name)).content.decode()
    assert '<option value="500115001"' in page or '<option value="cs-clean"' in page
    assert "data-classpick" in page


def test_a_place_a_page_leads_from_is_chosen_already(world: World) -> None:
    client = Client()
    client.force_login(world.people["admin"])
    for place in (GRID, "unit:cs-green", "500115001"):
        page = client.get(f"{reverse('grids:posting_add')}?place={place}").content.decode()
        assert f'<option value="{place}" selected' in page
    assert Unit.objects.count() == 4
