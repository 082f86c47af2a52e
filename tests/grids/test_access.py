"""What a post opens, when, and where; and what opens nothing."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.db.models import Q

from accounts.models import Unit, User
from accounts.roles import Line, May, Role
from cases.models import Case
from cases.narrowing import filtered, searched
from cases.public_reads import public_case
from cases.selectors import (
    case_for,
    case_locked,
    cases_for,
    my_reports,
    my_tasks,
    photo_for,
    similar_cases,
    stage_counts,
)
from cases.workflow import Stage
from core.errors import NotFound
from grids.access import NOBODY, Access, access_for, grants_recompute
from grids.models import Area, AreaUserPermission, Posting, Succession
from tests.cast import BEGAN, HOME, NEXT_STREET, NOW, World
from tests.walk import RESIDENT, a_photo, case_at, go, report, step

STREET, DISTRICT, GRID = "500115001", "500115", "500115001001001"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def newcomer(world: World) -> User:
    """Somebody without any post."""
    person = User.objects.create_user(username="newcomer", password="x", name="新人")
    world.people["newcomer"] = person
    return person


def post(world: World, who: str, role: Role, where: str, **more: object) -> Posting:
    unit = world.units.get(where)
    area = None if unit else world.areas[where]
    times = {"starts_at": BEGAN} | more
    posting = Posting.objects.create(user=world.people[who], role=role, area=area, unit=unit, **times)
    grants_recompute(world.people[who])
    return posting


def retire(area: Area, *successors: Area) -> None:
    Area.objects.filter(pk=area.pk).update(valid_to=date(2026, 11, 1))
    for new in successors:
        Succession.objects.create(old=area, new=new, day=date(2026, 11, 1))


def area_like(old: Area, code: str) -> Area:
    return Area.objects.create(
        level=old.level, code=code, name=code, short_name=code, parent=old.parent,
        valid_from=date(2026, 11, 1), district=old.district, street=old.street, community=old.community,
    )  # fmt: skip


def sees(world: World, who: str, case: Case) -> bool:
    return cases_for(world.access(who)).filter(pk=case.pk).exists()


def test_a_post_counts_from_its_first_moment_to_before_its_last(world: World, newcomer: User) -> None:
    post(world, "newcomer", Role.OFFICER, STREET, starts_at=NOW, ends_at=NOW + MINUTE)
    area = {world.areas[STREET].pk}
    roles = [access_for(newcomer, now=NOW + shift).roles_in(area) for shift in (-MINUTE, MINUTE * 0, MINUTE)]
    assert roles == [set(), {Role.OFFICER}, set()]


def test_a_grant_without_a_post_and_a_post_without_a_grant_open_nothing(world: World, newcomer: User) -> None:
    case = report(world)
    permission = Permission.objects.get(content_type__model="area", codename="act_as_station")
    AreaUserPermission.objects.create(
        user=newcomer, permission=permission, content_object=world.areas[DISTRICT]
    )
    assert access_for(newcomer, now=NOW).roles == set()
    AreaUserPermission.objects.all().delete()
    Posting.objects.create(user=newcomer, role=Role.STATION, area=world.areas[DISTRICT], starts_at=BEGAN)
    assert access_for(newcomer, now=NOW).roles == set()
    assert not sees(world, "newcomer", case)


def test_a_grant_for_another_role_or_place_does_not_stand_in(world: World, newcomer: User) -> None:
    post(world, "newcomer", Role.OFFICER, STREET)
    Posting.objects.filter(user=newcomer).update(role=Role.STATION)
    assert access_for(newcomer, now=NOW).roles == set()
    Posting.objects.filter(user=newcomer).update(role=Role.OFFICER, area=world.areas["500115002"])
    assert access_for(newcomer, now=NOW).roles == set()


def test_grants_follow_all_the_posts_there_are(world: World, newcomer: User) -> None:
    first = post(world, "newcomer", Role.OFFICER, STREET)
    post(world, "newcomer", Role.OFFICER, "500115002")
    post(world, "newcomer", Role.UNIT_HANDLER, "cs-clean")
    first.delete()
    grants_recompute(newcomer)
    grants_recompute(newcomer)
    assert AreaUserPermission.objects.filter(user=newcomer).count() == 1
    access = access_for(newcomer, now=NOW)
    assert access.roles_in([world.areas["500115002"].pk]) == {Role.OFFICER}
    assert access.roles_in([world.areas[STREET].pk]) == set()
    assert access.roles_in_units([world.units["cs-clean"].pk]) == {Role.UNIT_HANDLER}


def test_a_disabled_login_and_a_stranger_have_an_empty_scope(world: World) -> None:
    User.objects.filter(username="station").update(is_active=False)
    world.people["station"].refresh_from_db()
    assert world.access("station") == NOBODY
    assert access_for(AnonymousUser(), now=NOW) == access_for(None, now=NOW) == NOBODY
    report(world)
    assert not cases_for(NOBODY).exists()
    assert (NOBODY.user_id, NOBODY.may(May.SEE_CASES)) == (None, False)


def test_abilities_hold_where_the_role_is_held_and_nowhere_else(world: World) -> None:
    station, district = world.access("station"), world.areas[DISTRICT].pk
    assert station.may(May.SEE_REPORTER)
    assert station.may_in(May.SEE_REPORTER, [district])
    assert not station.may_in(May.SEE_REPORTER, [world.areas["500106"].pk])
    assert not world.access("officer").may(May.SEE_REPORTER)
    assert world.access("admin").area_ids(May.CONFIGURE) == {district}
    assert world.access("admin").area_ids(May.SEE_CASES) == set()


def test_a_scope_of_areas_holds_what_lies_below_and_nothing_beside(world: World) -> None:
    def codes(access: Access) -> set[str]:
        return set(Area.objects.filter(access.area_q(May.SEE_CASES)).values_list("code", flat=True))

    assert codes(world.access("officer")) == {code for code in world.areas if code.startswith(STREET)}
    assert codes(world.access("station")) == {code for code in world.areas if code.startswith(DISTRICT)}
    assert codes(world.access("cleaner")) == codes(NOBODY) == set()


def test_a_retired_area_is_seen_by_its_only_successor(world: World, newcomer: User) -> None:
    case = report(world)
    new, newer = (
        area_like(world.areas[GRID], "500115001001101"),
        area_like(world.areas[GRID], "500115001001102"),
    )
    world.areas |= {new.code: new, newer.code: newer}
    retire(world.areas[GRID], new)
    post(world, "newcomer", Role.GRID_WORKER, new.code)
    assert sees(world, "newcomer", case)
    retire(new, newer)
    Posting.objects.filter(user=newcomer).update(area=newer)
    grants_recompute(newcomer)
    assert sees(world, "newcomer", case)


def test_of_two_successors_neither_sees_it_and_the_parent_does(world: World, newcomer: User) -> None:
    case = report(world)
    halves = [area_like(world.areas[GRID], f"50011500100110{n}") for n in (1, 2)]
    world.areas |= {half.code: half for half in halves}
    retire(world.areas[GRID], *halves)
    post(world, "newcomer", Role.GRID_WORKER, halves[0].code)
    assert not sees(world, "newcomer", case)
    assert sees(world, "community", case)


def test_an_area_still_in_force_does_not_fall_to_the_one_beside_it(world: World, newcomer: User) -> None:
    case = report(world)
    beside = world.areas["500115001001002"]
    Succession.objects.create(old=world.areas[GRID], new=beside, day=date(2026, 11, 1))
    post(world, "newcomer", Role.GRID_WORKER, beside.code)
    assert not sees(world, "newcomer", case)


def test_a_unit_sees_what_its_sections_handle_and_not_the_other_way(world: World, newcomer: User) -> None:
    group = Unit.objects.create(code="group", name="集团", line=Line.SANITATION)
    section = Unit.objects.create(
        code="section", name="一班", line=Line.SANITATION, parent=world.units["cs-clean"]
    )
    Unit.objects.filter(code="cs-clean").update(parent=group)
    world.units |= {"group": group, "section": section}
    case = case_at(world, Stage.HANDLE)
    posting = post(world, "newcomer", Role.UNIT_HEAD, "group")
    assert sees(world, "newcomer", case)
    posting.delete()
    post(world, "newcomer", Role.UNIT_HEAD, "section")
    assert not sees(world, "newcomer", case)


def test_a_circle_of_units_ends(world: World, newcomer: User) -> None:
    above = Unit.objects.create(code="a", name="a", line=Line.PARTY, parent=world.units["cs-clean"])
    Unit.objects.filter(code="cs-clean").update(parent=above)
    post(world, "newcomer", Role.UNIT_HEAD, "cs-clean")
    access = access_for(newcomer, now=NOW)
    assert access.own_units == {above.pk, world.units["cs-clean"].pk}


# Who of the cast sees a caller's case of 向阳001 that 环卫 handles.
SEE_IT = {
    "worker", "worker2", "officer", "colleague", "leader_of_squad", "section_head", "director", "station",
    "station2", "bureau", "cleaner", "clean_head", "community", "hotline", "leader",
}  # fmt: skip


def test_every_read_of_cases_shows_it_to_the_same_people(world: World) -> None:
    case = case_at(world, Stage.HANDLE)
    photo = case.photos.first()
    assert photo
    for who in world.people:
        access, wanted = world.access(who), who in SEE_IT
        near = similar_cases(access, lon=HOME["lon"], lat=HOME["lat"], now=NOW + timedelta(hours=1))
        assert sees(world, who, case) == wanted, who
        assert bool(near) == wanted, who
        assert stage_counts(access)[Stage.HANDLE] == int(wanted), who
        assert filtered(cases_for(access), {"stage": ["handle"]}).exists() == wanted, who
        assert searched(cases_for(access), access, case.number).exists() == wanted, who
        for read in (case_for, case_locked):
            assert found(read, access, case.number) == found(read, access, str(case.uuid)) == wanted, who
        assert found(photo_for, access, str(photo.pk)) == wanted, who
        assert not found(photo_for, access, "garbage")


def found(read: object, access: Access, name: str) -> bool:
    assert callable(read)
    try:
        read(access, name)
    except NotFound:
        return False
    return True


def test_a_unit_whose_part_was_taken_away_sees_nothing_of_it_any_more(world: World) -> None:
    case = case_at(world, Stage.HANDLE)
    case = go(world, case, ("return_dispatch", "cleaner"))
    case = step(world, case, "dispatch", "station", lead_unit="cs-green", reason="改派")
    assert not sees(world, "cleaner", case)
    assert sees(world, "gardener", case)


def test_a_reporter_sees_their_own_wherever_it_lies(world: World) -> None:
    case = report(world, "hotline", position=NEXT_STREET)
    Posting.objects.filter(user=world.people["hotline"]).update(ends_at=NOW)
    access = world.access("hotline")
    assert access.roles == set()
    assert list(my_reports(access)) == [case] == list(cases_for(access))
    assert list(my_reports(NOBODY)) == list(my_tasks(NOBODY)) == []


def test_tasks_are_those_of_ones_own_name_that_are_open(world: World) -> None:
    case = report(world)
    assert list(my_tasks(world.access("officer"))) == [case]
    assert not my_tasks(world.access("colleague")).exists()
    go(world, case, ("reject", "officer"))
    assert not my_tasks(world.access("officer")).exists()


def test_a_photo_not_used_yet_is_its_uploaders_alone(world: World) -> None:
    mine, strangers = a_photo(world, "worker"), a_photo(world, None)
    assert found(photo_for, world.access("worker"), mine)
    assert not found(photo_for, world.access("station"), mine)
    assert not found(photo_for, NOBODY, mine)
    assert not found(photo_for, NOBODY, strangers)


@pytest.mark.parametrize(
    ("who", "finds"),
    [("station", True), ("hotline", True), ("community", True), ("officer", False), ("bureau", False)],
)
def test_a_phone_number_finds_reports_only_where_reporters_may_be_seen(
    world: World, who: str, finds: bool
) -> None:
    case = report(world, "hotline", **RESIDENT)
    access = world.access(who)
    assert (
        searched(cases_for(access), access, RESIDENT["reporter_phone"]).filter(pk=case.pk).exists() == finds
    )


@pytest.mark.parametrize("words", ["\x00", "%", "'", "_" * 300, "向阳\x00路", " "])
def test_odd_words_are_searched_for_as_they_are(world: World, words: str) -> None:
    report(world)
    access = world.access("station")
    assert searched(cases_for(access), access, words).count() == int(words in ("\x00", "向阳\x00路", " "))


@pytest.mark.parametrize("code", ["", "\x00", "A\x00B", "Ａ" * 12, "x" * 500, "../..", "ABC"])
def test_a_code_that_is_none_follows_nothing(world: World, code: str) -> None:
    report(world, "hotline", **RESIDENT)
    with pytest.raises(NotFound):
        public_case(code)


def test_a_code_may_be_typed_with_gaps_and_small_letters(world: World) -> None:
    case = report(world, "hotline", **RESIDENT)
    code = str(case.follow_code).lower()
    assert public_case(f" {code[:4]}-{code[4:8]} {code[8:]}\n") == case


def test_a_scope_without_areas_matches_nothing_rather_than_everything(world: World) -> None:
    report(world)
    for where in (NOBODY.placed_q(May.SEE_CASES), NOBODY.area_q(May.SEE_CASES)):
        assert isinstance(where, Q)
        assert not Case.objects.filter(where).exists()
