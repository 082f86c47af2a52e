"""Who sees which door."""

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import include, path

from accounts.roles import Role
from citymgmt.navigation import DOORS, NavItem, address, nav_for, tabs_of


def page(request):
    return HttpResponse()


def _room(name: str, *pages: str):
    return path(f"{name}/", include(([path(f"{p}/", page, name=p) for p in pages], name)))


urlpatterns = [
    path("", page, name="home"),
    _room("cases", "list", "report", "mine"),
    _room("public", "report"),
    _room("grids", "areas"),
]


@pytest.fixture(autouse=True)
def small_site():
    address.cache_clear()
    with override_settings(ROOT_URLCONF=__name__):
        yield
    address.cache_clear()


def addresses(items: list[NavItem]) -> list[str]:
    return [item.url for item in items]


def test_a_stranger_sees_public_doors_only():
    assert addresses(nav_for(frozenset(), stranger=True, path="/")) == ["/public/report/"]


def test_somebody_without_a_posting_sees_no_door():
    assert nav_for(frozenset(), stranger=False, path="/") == []


def test_an_administrator_configures_but_reads_no_cases():
    assert addresses(nav_for(frozenset({Role.ADMINISTRATOR}), stranger=False, path="/")) == [
        "/",
        "/grids/areas/",
    ]


def test_a_door_that_leads_nowhere_is_left_out():
    shown = addresses(nav_for(frozenset({Role.OFFICER}), stranger=False, path="/"))
    assert shown == ["/cases/report/", "/", "/cases/list/", "/cases/mine/"]


@pytest.mark.parametrize(
    ("path_", "current"), [("/", ["/"]), ("/cases/list/", ["/cases/list/"]), ("/x/", [])]
)
def test_only_the_nearest_door_is_marked_as_here(path_, current):
    items = nav_for(frozenset({Role.OFFICER}), stranger=False, path=path_)
    assert [item.url for item in items if item.current] == current


def test_the_thumb_has_at_most_five_tabs_and_nothing_is_lost():
    items = [
        NavItem(f"/{n}/", "", "", "home", False, False, tab) for n, tab in enumerate([3, 1, 2, 5, 4, 6, 0])
    ]
    tabs, rest = tabs_of(items)
    assert [item.tab for item in tabs] == [1, 2, 3, 4, 5]
    assert [item.tab for item in rest] == [6, 0]


def test_reporting_stands_in_the_middle_under_the_thumb():
    assert {door.tab for door in DOORS if door.primary} == {3}
