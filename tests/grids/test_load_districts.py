"""The shipped districts load whole, once, and hang together."""

from collections import Counter

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count, F, Q

from accounts.models import Unit
from core.models import AuditEntry
from grids.geo.shapes import outline_from_wkb
from grids.models import Area, MapVersion, Succession
from grids.selectors import grid_at

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The three districts, loaded once for the module and taken away by its rollback."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_districts", verbosity=0)
        connection.check_constraints()
        yield
        transaction.set_rollback(True)


def active():
    return Area.objects.filter(valid_to=None)


def test_three_districts_are_in_force_and_one_is_retired(loaded):
    assert set(active().filter(level="district").values_list("code", flat=True)) == {
        "500106",
        "500115",
        "500157",
    }
    retired = Area.objects.get(code="500105")
    assert retired.valid_to is not None
    assert retired.valid_to.isoformat() == "2025-11-06"
    assert [(s.new.code, s.day.isoformat()) for s in Succession.objects.all()] == [("500157", "2025-11-06")]
    assert Area.objects.get(code="500157").valid_from == retired.valid_to


def test_every_street_and_community_of_the_data_is_there(loaded):
    counts = Counter(Area.objects.values_list("level", flat=True))
    assert (counts["street"], counts["community"]) == (57, 602)
    per_community = Area.objects.filter(level="community").annotate(n=Count("children"))
    assert {c.n for c in per_community} == {4, 5, 6}
    assert counts["grid"] == sum(c.n for c in per_community)


def test_the_streets_of_the_abolished_district_lie_under_its_successor_with_provisional_codes(loaded):
    streets = Area.objects.filter(level="street", parent__code="500157")
    assert streets.count() == 12
    assert all(street.code.startswith("500105") and street.code_provisional for street in streets)
    assert not Area.objects.filter(district__code="500105").exists()
    assert not Area.objects.exclude(district__code="500157").filter(code_provisional=True).exists()


def test_the_ancestor_columns_say_what_the_tree_says(loaded):
    wrong = (
        Area.objects.filter(level="street").exclude(district=F("parent"), street=None, community=None)
        | Area.objects.filter(level="community").exclude(street=F("parent"), district=F("parent__parent"))
        | Area.objects.filter(level="grid").exclude(
            community=F("parent"), street=F("parent__parent"), district=F("parent__parent__parent")
        )
    )
    assert list(wrong) == []


def test_a_communitys_grids_fill_it(loaded):
    for community in Area.objects.filter(level="community").order_by("code")[::60]:
        ground = outline_from_wkb(community.outline or b"")
        grids = [outline_from_wkb(grid.outline or b"") for grid in community.children.all()]
        assert all(ground.covers(grid) for grid in grids)
        assert sum(grid.area for grid in grids) == pytest.approx(ground.area)


def test_what_is_made_up_says_so(loaded):
    assert not Area.objects.filter(level="district", made_up=True).exists()
    assert not Area.objects.exclude(level="district").filter(made_up=False).exists()


def test_display_names_drop_the_committee_and_keep_the_village(loaded):
    assert Area.objects.filter(Q(short_name__endswith="委员会")).count() == 0
    assert Area.objects.get(code="500105001001").short_name == "桥北社区"
    village = Area.objects.filter(name="盐井凼村民委员会").get()
    assert village.short_name == "盐井凼村"


def test_a_grids_own_centre_is_found_in_it(loaded):
    for grid in Area.objects.filter(level="grid").order_by("code")[::500]:
        assert grid_at(grid.centre_lon or 0.0, grid.centre_lat or 0.0) == grid


def test_every_district_has_units_of_each_line(loaded):
    for code in ("500106", "500115", "500157"):
        mine = Unit.objects.filter(district_code=code)
        ends = {"bureau", "station", "sanitation", "greenery", "municipal", "enforcement"}
        assert {f"{code}-{end}" for end in ends} <= set(mine.values_list("code", flat=True))
        assert (
            mine.filter(kind="squad").count()
            == Area.objects.filter(level="street", district__code=code).count()
        )
        assert set(mine.values_list("line", flat=True)) >= {
            "sanitation",
            "greenery",
            "municipal",
            "enforcement",
        }


def test_a_second_run_changes_nothing(loaded, capsys):
    def state():
        return (
            Area.objects.count(), Unit.objects.count(), AuditEntry.objects.count(),
            MapVersion.objects.values_list("number", flat=True).get(),
        )  # fmt: skip

    before = state()
    call_command("load_districts")
    assert state() == before
    assert capsys.readouterr().out.count("there already") == 3
