"""Each way areas change: what it makes, what its preview says, and what it refuses."""

import json
from datetime import timedelta
from typing import Any

import pytest
from shapely import box
from shapely.geometry import shape

from accounts.models import Unit
from accounts.roles import Role
from cases.models import StandingPlan
from cases.workflow import Stage
from core.errors import Conflict, NotAllowed, NotFound
from core.models import AuditEntry
from grids.access import grants_recompute
from grids.geo.shapes import find_flaws, outline_from_wkb
from grids.models import Area, AreaJob, Posting, Succession
from grids.selectors import grid_at
from grids.services.area_jobs import area_jobs_run
from grids.services.changes import PreviewStale
from tests.cast import BEGAN, NOW, World
from tests.grids.changing import (
    ABOLISH,
    ABOVE,
    BORDER,
    COMMUNITY,
    EVERY,
    GRID,
    MERGE,
    MOVE,
    NEXT,
    OTHER_COMMUNITY,
    RETIRE,
    SPLIT,
    apply,
    both_districts,
    change,
    geojson,
    made,
    preview,
    wish,
)
from tests.walk import case_at, report

WHOLE, WEST, EAST = (
    (107.0, 29.8, 107.01, 29.81),
    (107.0, 29.8, 107.004, 29.81),
    (107.004, 29.8, 107.01, 29.81),
)


def outlined(code: str, outline: Any) -> Area:
    """Give an area an outline."""
    area = Area.objects.get(code=code)
    area.outline = outline.wkb
    area.min_lon, area.min_lat, area.max_lon, area.max_lat = outline.bounds
    area.save()
    return area


def outline_of(code: str) -> Any:
    row = Area.objects.get(code=code)
    return outline_from_wkb(row.outline or b"")


def same(one: Any, two: Any) -> bool:
    """Equal but for the last digits of a sum."""
    return bool(one.symmetric_difference(two).area < 1e-15)


def tile(outlines: dict[str, Any], whole: Any) -> bool:
    return not find_flaws(outlines, whole, least=0.01)


@pytest.mark.parametrize(
    "how",
    [
        {"cut": ((107.004, 29.8), (107.004, 29.805))},
        {"outlines": geojson(WEST, EAST)},
        {"outlines": geojson((106.9, 29.7, 107.004, 29.9)), "fit": True},
    ],
    ids=["a cut", "outlines", "an outline laid over it"],
)
def test_a_split_makes_grids_that_tile_the_old_one(world: World, how: dict[str, Any]) -> None:
    job = change(world, wish("split", **how))
    one, two = made(job)
    assert [one.code, two.code] == [f"{COMMUNITY}003", f"{COMMUNITY}004"]
    assert tile({g.code: outline_of(g.code) for g in (one, two)}, box(*WHOLE))
    old = Area.objects.get(code=GRID)
    assert (old.valid_to, one.valid_from, one.parent, one.made_up) == (
        NOW.date(),
        NOW.date(),
        old.parent,
        True,
    )
    assert {s.new.code for s in Succession.objects.filter(old=old)} == {one.code, two.code}
    assert (grid_at(107.002, 29.805), grid_at(107.008, 29.805)) == (one, two)


def test_a_split_takes_codes_and_names_from_the_outlines(world: World) -> None:
    drawn = json.loads(geojson(WEST, EAST))
    for feature, code, name in zip(drawn["features"], ("101", "102"), ("西", "东"), strict=True):
        feature["properties"] = {"code": COMMUNITY + code, "name": name}
    job = change(world, wish("split", outlines=drawn))
    assert [(g.code[-3:], g.name) for g in made(job)] == [("101", "西"), ("102", "东")]


def test_posts_move_to_all_parts_of_a_split_grid_or_end(world: World) -> None:
    job = change(world, SPLIT)
    held = Posting.objects.filter(user__username="worker", ends_at=None)
    assert {p.area.code for p in held if p.area} == set(job.facts["made"])
    assert Posting.objects.get(user__username="worker", area__code=GRID).ends_at == NOW
    assert world.access("worker", NOW + timedelta(seconds=1)).roles == {Role.GRID_WORKER}


def test_posts_end_where_that_is_asked_for(world: World) -> None:
    asked = SPLIT | {"people": "end"}
    assert {fate.to for fate in preview(world, asked).fates} == {()}
    change(world, asked)
    assert not Posting.objects.filter(user__username="worker", ends_at=None).exists()
    assert world.access("worker", NOW + timedelta(seconds=1)).roles == frozenset()


def test_an_administrators_own_post_takes_over_no_further_ground(world: World) -> None:
    admin = world.people["admin"]
    Posting.objects.create(user=admin, role=Role.OFFICER, area=world.areas[GRID], starts_at=BEGAN)
    grants_recompute(admin)
    change(world, MERGE)
    assert {p.role for p in Posting.objects.filter(user=admin, ends_at=None)} == {Role.ADMINISTRATOR}


def test_a_merger_makes_one_grid_of_neighbours(world: World) -> None:
    job = change(world, MERGE)
    (new,) = made(job)
    assert same(outline_of(new.code), box(107.0, 29.8, 107.02, 29.81))
    assert {s.old.code for s in Succession.objects.filter(new=new)} == {GRID, NEXT}
    assert grid_at(107.002, 29.805) == grid_at(107.018, 29.805) == new


def test_a_moved_border_leaves_codes_and_the_ground_of_both_as_they_were(world: World) -> None:
    change(world, BORDER)
    one, two = outline_of(GRID), outline_of(NEXT)
    assert same(one, box(*WEST))
    assert tile({"1": one, "2": two}, box(107.0, 29.8, 107.02, 29.81))
    rows = Area.objects.filter(code__in=[GRID, NEXT])
    assert {(r.version, r.valid_to) for r in rows} == {(2, None)}
    (before,) = [b for b in AreaJob.objects.get().facts["before"] if b["code"] == GRID]
    assert before["version"] == 1
    assert same(shape(before["outline"]), box(*WHOLE))


def test_a_border_between_communities_moves_theirs_too(world: World) -> None:
    outlined(COMMUNITY, box(107.0, 29.8, 107.02, 29.81))
    outlined(OTHER_COMMUNITY, box(107.0, 29.81, 107.02, 29.82))
    change(world, wish("border", others=[ABOVE], cut=((107.0, 29.812), (107.01, 29.812))))
    assert same(outline_of(GRID), box(107.0, 29.8, 107.01, 29.812))
    passed = box(107.0, 29.81, 107.01, 29.812)
    assert same(outline_of(COMMUNITY), box(107.0, 29.8, 107.02, 29.81).union(passed))
    assert same(outline_of(OTHER_COMMUNITY), box(107.0, 29.81, 107.02, 29.82).difference(passed))


def test_a_grid_that_moves_takes_its_ground_to_the_other_community(world: World) -> None:
    outlined(COMMUNITY, box(107.0, 29.8, 107.02, 29.81))
    outlined(OTHER_COMMUNITY, box(107.0, 29.81, 107.02, 29.82))
    change(world, MOVE)
    grid = Area.objects.select_related("parent", "community").get(code=GRID)
    assert grid.parent == grid.community == world.areas[OTHER_COMMUNITY]
    assert (grid.code_provisional, grid.version) == (True, 2)
    assert same(outline_of(COMMUNITY), box(107.01, 29.8, 107.02, 29.81))
    assert same(outline_of(OTHER_COMMUNITY), box(107.0, 29.81, 107.02, 29.82).union(box(*WHOLE)))


def test_what_lies_below_a_moved_community_follows_and_moves_its_version(world: World) -> None:
    change(world, wish("move", COMMUNITY, to="500115002"))
    grid = Area.objects.get(code=GRID)
    assert (grid.street, grid.community, grid.version) == (
        world.areas["500115002"],
        world.areas[COMMUNITY],
        2,
    )


def test_an_abolished_district_passes_streets_units_and_posts_on(world: World) -> None:
    both_districts(world)
    plan = preview(world, ABOLISH)
    assert (plan.units, plan.errors) == (3, [])
    change(world, ABOLISH)
    assert set(Area.objects.filter(code__startswith="500115").values_list("district__code", flat=True)) == {
        "500106",
        None,
    }
    street = Area.objects.get(code="500115001")
    assert (street.code, street.parent, street.code_provisional) == ("500115001", world.areas["500106"], True)
    assert Area.objects.get(code="500115").valid_to == NOW.date()
    assert Unit.objects.get(code="cs-clean").district_code == "500106"
    assert Posting.objects.filter(user__username="station", area__code="500106", ends_at=None).count() == 1


def test_an_abolished_district_takes_its_standing_plans_out_of_force(world: World) -> None:
    both_districts(world)
    said = " ".join(str(one) for outlook in preview(world, ABOLISH).outlooks for one in outlook.remarks)
    assert "2" in said
    change(world, ABOLISH)
    assert set(StandingPlan.objects.values_list("state", flat=True)) == {"retired"}
    assert AuditEntry.objects.filter(action="standing_plan.retire").count() == 2


def test_a_grid_with_something_open_is_retired_only_when_something_follows(world: World) -> None:
    report(world)
    plan = preview(world, RETIRE | {"successors": []})
    assert len(plan.errors) == 2
    with pytest.raises(Conflict):
        apply(world, RETIRE | {"successors": []}, token=plan.token)
    assert change(world, RETIRE).done == 1


def test_a_retired_grid_whose_ground_nobody_takes_is_said_so(world: World) -> None:
    assert len(preview(world, RETIRE).remarks) == 1
    outlined(NEXT, box(107.0, 29.8, 107.02, 29.81))
    assert preview(world, RETIRE).remarks == []


def test_the_preview_counts_what_moves_and_what_stays(world: World) -> None:
    report(world, position={"lon": 107.002, "lat": 29.805})
    report(world, position={"lon": 107.008, "lat": 29.805})
    case_at(world, Stage.CLOSED)
    plan = preview(world, SPLIT)
    (outlook,) = plan.outlooks
    assert sorted((flow.target[-3:], flow.count) for flow in outlook.flows) == [("003", 1), ("004", 1)]
    assert (plan.moving, outlook.stay) == (2, 1)
    assert [(one.name, str(one.place)) for one in plan.people] == [
        ("网格员乙", "向阳001"),
        ("网格员甲", "向阳001"),
    ]
    assert Area.objects.filter(code=f"{COMMUNITY}003").count() == AreaJob.objects.count() == 0


def test_every_change_is_one_audited_job(world: World) -> None:
    change(world, SPLIT)
    rows = AuditEntry.objects.filter(action="area.split")
    assert {row.subject for row in rows} == {
        f"area:{c}" for c in (GRID, f"{COMMUNITY}003", f"{COMMUNITY}004")
    }
    assert {(row.reason, row.actor) for row in rows} == {("网格调整", world.people["admin"])}


@pytest.mark.parametrize("who", ["stranger_admin"])
@pytest.mark.parametrize("kind", sorted(EVERY))
def test_the_administrator_of_the_next_district_finds_no_such_area(world: World, who: str, kind: str) -> None:
    with pytest.raises(NotFound):
        preview(world, EVERY[kind], who)
    with pytest.raises(NotFound):
        apply(world, EVERY[kind], who, token="0" * 64)
    assert not AreaJob.objects.exists()


@pytest.mark.parametrize("who", ["worker", "officer", "bureau", "station", "leader", "community", "cleaner"])
def test_whoever_is_no_administrator_changes_nothing(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        preview(world, SPLIT, who)
    with pytest.raises(NotAllowed):
        apply(world, SPLIT, who, token="0" * 64)


def test_a_district_is_abolished_only_by_who_looks_after_both(world: World) -> None:
    with pytest.raises(NotFound):
        preview(world, ABOLISH)


@pytest.mark.parametrize(
    "moved",
    [
        lambda world: change(world, BORDER),
        lambda world: change(world, wish("split", NEXT, cut=((107.015, 29.7), (107.015, 29.9)))),
        lambda world: Posting.objects.filter(user__username="worker").update(ends_at=NOW),
        lambda world: Area.objects.filter(code=GRID).update(version=7),
    ],
    ids=["the grid", "the codes", "the posts", "the version"],
)
def test_a_preview_holds_no_more_when_the_world_has_moved(world: World, moved: Any) -> None:
    token = preview(world, SPLIT).token
    moved(world)
    before = Area.objects.count()
    with pytest.raises(PreviewStale) as refusal:
        apply(world, SPLIT, token=token)
    assert refusal.value.status == 412
    assert Area.objects.count() == before
    assert preview(world, SPLIT | {"cut": ((107.003, 29.79), (107.003, 29.82))}).errors == []


def test_a_report_that_came_in_meanwhile_does_not_spoil_the_preview(world: World) -> None:
    token = preview(world, SPLIT).token
    case = report(world)
    apply(world, SPLIT, token=token)
    area_jobs_run(now=NOW)
    case.refresh_from_db()
    assert case.grid.valid_to is None


def test_a_preview_of_something_else_is_not_applied(world: World) -> None:
    token = preview(world, SPLIT).token
    with pytest.raises(PreviewStale):
        apply(world, wish("split", cut=((107.005, 29.79), (107.005, 29.82))), token=token)


def test_the_same_key_changes_once(world: World) -> None:
    token = preview(world, SPLIT).token
    assert apply(world, SPLIT, token=token, key="one") == apply(world, SPLIT, token=token, key="one")
    assert AreaJob.objects.count() == 1
