"""Administrators look after the logins and units of their district, and of no other."""

import pytest

from accounts.models import Unit, User
from core.errors import BadInput, Conflict, KeyReused, NotAllowed, NotFound
from core.models import AuditEntry
from grids.models import Posting
from grids.services.people import (
    person_add,
    person_deactivate,
    person_password_reset,
    person_reactivate,
)
from grids.services.postings import posting_add
from grids.services.units import UnitAbout, unit_write
from tests.cast import NOW

NEW_PASSWORD = "four-green-lanterns"


def add(world, who="admin", key="p", **more):
    given = {
        "username": "newcomer", "name": "新人", "password": NEW_PASSWORD, "role": "grid_worker",
        "place": "500115001001001", "now": NOW, "key": key,
    } | more  # fmt: skip
    return person_add(access=world.access(who), **given)


def close(world, who="admin", username="worker", key="d"):
    return person_deactivate(access=world.access(who), username=username, now=NOW, key=key, reason="离职")


def reset(world, who="admin", username="worker", password=NEW_PASSWORD, key="r"):
    return person_password_reset(
        access=world.access(who), username=username, password=password, now=NOW, key=key
    )


def unit(world, who="admin", key="u", code="cs-lamps", new=True, **more):
    about = {"name": "长寿路灯所", "line": "municipal", "kind": "handler", "district": "500115"} | more
    return unit_write(
        access=world.access(who), code=code, about=UnitAbout(**about), new=new, now=NOW, key=key
    )


def test_a_new_person_has_a_post_and_must_change_the_password(world):
    add(world)
    person = User.objects.get(username="newcomer")
    assert person.must_change_password
    assert person.check_password(NEW_PASSWORD)
    assert person.postings.get().area == world.areas["500115001001001"]
    assert NEW_PASSWORD not in str(list(AuditEntry.objects.values_list("before", "after")))


def test_somebody_posted_to_a_unit_belongs_to_it(world):
    add(world, role="unit_handler", place="unit:cs-green")
    assert User.objects.get(username="newcomer").unit == world.units["cs-green"]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"username": "worker"}, BadInput),
        ({"username": "WORKER"}, BadInput),
        ({"username": "a b"}, BadInput),
        ({"username": ""}, BadInput),
        ({"name": " "}, BadInput),
        ({"password": "12345678901"}, BadInput),
        ({"password": "short"}, BadInput),
        ({"phone": "twelve"}, BadInput),
        ({"role": "unit_head"}, BadInput),
        ({"place": "500106001001001"}, NotFound),
        ({"role": "unit_head", "place": "unit:spb-clean"}, NotFound),
    ],
)
def test_a_person_who_cannot_be_made_leaves_nothing_behind(world, given, error):
    people = User.objects.count()
    with pytest.raises(error):
        add(world, **given)
    assert User.objects.count() == people
    assert not AuditEntry.objects.exists()


def test_closing_a_login_ends_its_posts(world):
    assert close(world)["ended"] == 1
    person = User.objects.get(username="worker")
    assert not person.is_active
    assert person.postings.get().ends_at == NOW
    with pytest.raises(Conflict):
        close(world, key="again")
    person_reactivate(access=world.access("admin"), username="worker", now=NOW, key="back")
    assert User.objects.get(username="worker").is_active
    with pytest.raises(Conflict):
        person_reactivate(access=world.access("admin"), username="worker", now=NOW, key="twice")


def test_a_new_initial_password_replaces_the_old_one(world):
    reset(world)
    person = User.objects.get(username="worker")
    assert person.check_password(NEW_PASSWORD)
    assert person.must_change_password
    with pytest.raises(BadInput):
        reset(world, password="password", key="weak")


@pytest.mark.parametrize("act", [reset, add])
def test_the_same_key_with_another_password_is_another_request(world, act):
    first = act(world)
    assert act(world) == first
    with pytest.raises(KeyReused):
        act(world, password="five-green-lanterns")
    assert User.objects.get(username=first["user"]).check_password(NEW_PASSWORD)


@pytest.mark.parametrize("name", ["%00", "wor%00ker", "worker%0A", "%7F", "%C2%85"])
@pytest.mark.parametrize("page", ["", "close/", "reopen/", "password/"])
def test_a_login_name_with_control_characters_is_not_found(world, client, name, page):
    client.force_login(world.people["admin"])
    assert client.get(f"/grids/people/worker/{page}").status_code == 200
    assert client.get(f"/grids/people/{name}/{page}").status_code == 404


def test_the_administrator_of_the_next_district_finds_no_such_person(world, fresh):
    for act in (close, reset):
        with pytest.raises(NotFound):
            act(world, who="stranger_admin", key=fresh())


@pytest.mark.parametrize("who", ["worker2", "officer", "station", "bureau", "leader", "clean_head"])
def test_whoever_is_no_administrator_touches_no_login(world, who, fresh):
    for act in (add, close, reset, unit):
        with pytest.raises(NotAllowed):
            act(world, who=who, key=fresh())


def test_a_login_with_posts_elsewhere_is_not_touched_from_one_of_them(world, fresh):
    """Else an administrator could take over, by its password, what the person may do next door."""
    Posting.objects.create(
        user=world.people["worker"], role="officer", area=world.areas["500106001"], starts_at=NOW
    )
    for act in (close, reset):
        with pytest.raises(NotAllowed):
            act(world, key=fresh())


def test_nobody_closes_their_own_login(world, fresh):
    for act in (close, reset):
        with pytest.raises(NotAllowed):
            act(world, username="admin", key=fresh())


def test_a_second_administrator_can_be_posted_and_then_acts(world, fresh):
    posting_add(
        access=world.access("admin"), username="station2", role="administrator", place="500115", now=NOW,
        key=fresh(),
    )  # fmt: skip
    close(world, who="station2", username="worker2", key=fresh())
    assert not User.objects.get(username="worker2").is_active


def test_a_unit_is_made_changed_and_closed(world, fresh):
    unit(world, key=fresh())
    unit(world, key=fresh(), new=False, name="长寿照明所", parent="cs-works", active=False)
    row = Unit.objects.get(code="cs-lamps")
    assert (row.name, row.active, row.parent) == ("长寿照明所", False, world.units["cs-works"])
    entry = AuditEntry.objects.get(action="unit.change")
    assert (entry.before["name"], entry.after["name"]) == ("长寿路灯所", "长寿照明所")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"code": "cs-clean"}, BadInput),
        ({"code": "灯"}, BadInput),
        ({"name": ""}, BadInput),
        ({"line": "spaceships"}, BadInput),
        ({"kind": "ship"}, BadInput),
        ({"district": "500106"}, BadInput),
        ({"district": ""}, BadInput),
        ({"parent": "spb-clean"}, NotFound),
        ({"new": False, "code": "spb-clean"}, NotFound),
        ({"new": False, "code": "none"}, NotFound),
        ({"new": False, "code": "cs-clean", "parent": "cs-clean"}, BadInput),
    ],
)
def test_a_unit_that_cannot_be_is_refused(world, given, error):
    with pytest.raises(error):
        unit(world, **given)
