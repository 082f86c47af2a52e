"""Administrators add, rename and retire areas of their district; nobody else does."""

import json
from datetime import timedelta

import pytest
from shapely import box
from shapely.geometry import mapping

from cases.workflow import Stage
from core.errors import BadInput, Conflict, KeyReused, NotAllowed, NotFound, VersionMissing
from core.models import AuditEntry
from grids.models import Area, MapVersion, Succession
from grids.policies import AreaStale
from grids.selectors import grid_at, retired_grid_at
from grids.services.areas import area_add, area_rename, area_retire
from grids.services.postings import posting_end
from tests.cast import HOME, NOW
from tests.walk import case_at, report

COMMUNITY = "500115001001"
EMPTY_GRID = "500115001001002"  # nobody is posted to it


def geojson(west, south, east, north):
    return json.dumps(mapping(box(west, south, east, north)))


def add(world, who="admin", key="k", **more):
    given = {"parent_code": COMMUNITY, "now": NOW, "key": key} | more
    return area_add(access=world.access(who), **given)


def retire(world, who="admin", code=EMPTY_GRID, key="r", **more):
    given = {"code": code, "version": 1, "now": NOW, "key": key} | more
    return area_retire(access=world.access(who), **given)


def test_a_grid_gets_the_next_number_and_name_of_its_community(world):
    answer = add(world)
    grid = Area.objects.get(code=answer["code"])
    assert (grid.code, grid.name) == ("500115001001003", "向阳社区第3网格")
    assert (grid.parent_id, grid.community_id) == (world.areas[COMMUNITY].pk, world.areas[COMMUNITY].pk)
    assert (grid.street_id, grid.district_id) == (world.areas["500115001"].pk, world.areas["500115"].pk)
    assert AuditEntry.objects.filter(action="area.add", subject=f"area:{grid.code}").count() == 1


def test_the_number_of_a_retired_grid_is_never_given_again(world, fresh):
    last = add(world, key=fresh())["code"]
    retire(world, code=last, key=fresh())
    assert add(world, key=fresh())["code"] == "500115001001004"


def test_a_new_outline_is_found_at_once_and_says_what_it_covers(world):
    number = MapVersion.objects.get().number
    answer = add(world, outline=geojson(107.005, 29.79, 107.008, 29.802))
    assert len(answer["warnings"]) == 1
    assert "向阳001" in answer["warnings"][0]
    assert MapVersion.objects.get().number != number
    found = grid_at(107.006, 29.795)
    assert found is not None
    assert found.code == answer["code"]


def test_an_outline_in_gcj02_is_moved_to_wgs84(world):
    code = add(world, outline=geojson(107.02, 29.80, 107.03, 29.81), datum="GCJ02")["code"]
    row = Area.objects.get(code=code)
    assert row.source_datum == "GCJ02"
    assert 0.002 < 107.02 - (row.min_lon or 0) < 0.006


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"outline": "not json"}, BadInput),
        ({"outline": '{"type": "Point", "coordinates": [107, 29]}'}, BadInput),
        ({"outline": geojson(29.80, 107.0, 29.81, 107.1)}, BadInput),
        ({"outline": geojson(2.0, 48.0, 2.1, 48.1)}, BadInput),
        ({"outline": "[" * 100_000}, BadInput),
        ({"outline": geojson(107.0, 29.8, 107.1, 29.9), "datum": "BD09"}, BadInput),
        ({"code": "50011500100100"}, BadInput),
        ({"code": "50011500100100x"}, BadInput),
        ({"code": "500115001001001"}, Conflict),
        ({"name": "长" * 101}, BadInput),
        ({"name": "换\n行"}, BadInput),
        ({"parent_code": "500115001001001"}, BadInput),
        ({"parent_code": "500115001", "name": "没有代码的社区"}, BadInput),
        ({"parent_code": "999999"}, NotFound),
        ({"key": ""}, BadInput),
    ],
)
def test_what_cannot_be_added_is_refused_with_a_sentence(world, given, error):
    before = Area.objects.count()
    with pytest.raises(error) as refusal:
        add(world, **given)
    assert len(str(refusal.value)) > 5
    assert Area.objects.count() == before


def test_a_community_is_added_by_its_code(world):
    answer = add(world, parent_code="500115001", code="500115001009", name="新城社区居民委员会")
    row = Area.objects.get(code=answer["code"])
    assert (row.level, row.short_name, row.code_provisional) == ("community", "新城社区", False)


def test_the_same_key_adds_one_grid_and_another_body_is_refused(world):
    assert add(world, key="one") == add(world, key="one")
    assert Area.objects.filter(parent__code=COMMUNITY).count() == 3
    with pytest.raises(KeyReused):
        add(world, key="one", name="别的")


@pytest.mark.parametrize("who", ["stranger_admin"])
def test_the_administrator_of_the_next_district_finds_no_such_area(world, who, fresh):
    with pytest.raises(NotFound):
        add(world, who, key=fresh())
    with pytest.raises(NotFound):
        retire(world, who, key=fresh())
    with pytest.raises(NotFound):
        area_rename(access=world.access(who), code=COMMUNITY, name="改名", version=1, now=NOW, key=fresh())


@pytest.mark.parametrize("who", ["worker", "officer", "bureau", "station", "leader", "community", "cleaner"])
def test_whoever_is_no_administrator_changes_nothing(world, who, fresh):
    with pytest.raises(NotAllowed):
        add(world, who, key=fresh())
    with pytest.raises(NotAllowed):
        retire(world, who, key=fresh())
    with pytest.raises(NotAllowed):
        area_rename(access=world.access(who), code=COMMUNITY, name="改名", version=1, now=NOW, key=fresh())


def test_an_administrator_whose_posting_has_ended_changes_nothing(world):
    world.people["admin"].postings.update(ends_at=NOW - timedelta(days=1))
    with pytest.raises(NotAllowed):
        add(world)


def test_renaming_keeps_both_names_in_the_audit_log(world):
    area_rename(
        access=world.access("admin"), code=COMMUNITY, name="朝阳社区居民委员会", version=1, now=NOW, key="k"
    )
    row = Area.objects.get(code=COMMUNITY)
    assert (row.short_name, row.version) == ("朝阳社区", 2)
    entry = AuditEntry.objects.get(action="area.rename")
    assert (entry.before["name"], entry.after["name"]) == ("向阳社区居民委员会", "朝阳社区居民委员会")
    assert entry.actor == world.people["admin"]


def test_of_two_administrators_at_once_the_second_sees_the_new_state(world, fresh):
    area_rename(access=world.access("admin"), code=COMMUNITY, name="甲社区", version=1, now=NOW, key=fresh())
    with pytest.raises(AreaStale) as refusal:
        area_rename(
            access=world.access("admin"), code=COMMUNITY, name="乙社区", version=1, now=NOW, key=fresh()
        )
    assert refusal.value.status == 412
    assert refusal.value.extra == {"version": 2}
    with pytest.raises(VersionMissing):
        area_rename(
            access=world.access("admin"), code=COMMUNITY, name="乙社区", version=None, now=NOW, key=fresh()
        )
    assert Area.objects.get(code=COMMUNITY).name == "甲社区"


def test_a_retired_grid_names_its_successor_and_is_found_no_more(world):
    retire(world, successors=["500115001001001"], reason="合并")
    row = Area.objects.get(code=EMPTY_GRID)
    assert row.valid_to is not None
    assert row.valid_to.isoformat() == "2026-11-23"
    assert Succession.objects.get(old=row).new.code == "500115001001001"
    assert grid_at(107.015, 29.805) is None
    assert retired_grid_at(107.015, 29.805) == row
    assert AuditEntry.objects.get(action="area.retire").reason == "合并"


@pytest.mark.parametrize(
    "successors",
    [[EMPTY_GRID], ["500115001001"], ["500106001001001"], ["nonsense"]],
    ids=["itself", "another level", "another district", "no area"],
)
def test_a_successor_that_cannot_be_is_refused(world, successors):
    with pytest.raises(BadInput):
        retire(world, successors=successors)
    assert Area.objects.get(code=EMPTY_GRID).valid_to is None


def test_an_area_with_people_posted_to_it_is_not_retired_until_they_are_gone(world, fresh):
    code = "500115001001001"
    with pytest.raises(Conflict, match="2"):
        retire(world, code=code, key=fresh())
    for posting in world.areas[code].postings.all():
        posting_end(access=world.access("admin"), posting_id=posting.pk, now=NOW, key=fresh())
    retire(world, code=code, key=fresh())
    with pytest.raises(Conflict):
        retire(world, code=code, key=fresh(), version=2)


def test_an_area_with_areas_below_it_is_not_retired(world):
    with pytest.raises(Conflict, match="2"):
        retire(world, code="500115001002")


def test_a_grid_with_an_open_case_is_not_retired(world, fresh):
    case = case_at(world, Stage.VERIFY)
    grid = case.grid
    for posting in grid.postings.all():
        posting_end(access=world.access("admin"), posting_id=posting.pk, now=NOW, key=fresh())
    with pytest.raises(Conflict, match="1"):
        retire(world, code=grid.code, key=fresh())


def test_a_place_in_a_retired_grid_is_not_reported(world, fresh):
    retire(world)
    with pytest.raises(BadInput, match=EMPTY_GRID):
        report(world, "officer", position=HOME | {"lon": 107.015})
