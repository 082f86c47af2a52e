"""A posting is the record of who works where; what it opens follows from when it is in force."""

from datetime import timedelta

import pytest

from accounts.roles import May, Role
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.models import AuditEntry
from grids.access import access_for
from grids.models import AreaUserPermission, Posting
from grids.services.postings import posting_add, posting_end
from tests.cast import NOW

GRID = "500115001001002"
DAY = timedelta(days=1)


def post(world, who="admin", key="p", **more):
    given = {"username": "neighbour", "role": "grid_worker", "place": GRID, "now": NOW, "key": key} | more
    return posting_add(access=world.access(who), **given)


def end(world, posting, who="admin", key="e", **more):
    return posting_end(access=world.access(who), posting_id=posting, now=NOW, key=key, **more)


def sees(world, name, code, now=NOW):
    return world.areas[code].pk in access_for(world.people[name], now=now).area_ids(May.SEE_CASES)


def test_a_posting_in_force_opens_its_area(world):
    assert not sees(world, "neighbour", GRID)
    post(world)
    assert sees(world, "neighbour", GRID)
    assert AreaUserPermission.objects.filter(user=world.people["neighbour"]).count() == 2


def test_a_posting_of_tomorrow_opens_nothing_today(world):
    post(world, starts_at=NOW + DAY)
    assert not sees(world, "neighbour", GRID)
    assert sees(world, "neighbour", GRID, NOW + DAY)


def test_a_posting_that_ended_yesterday_opens_nothing(world):
    posting = post(world, starts_at=NOW - 3 * DAY, ends_at=NOW - DAY)["posting"]
    assert not sees(world, "neighbour", GRID)
    assert sees(world, "neighbour", GRID, NOW - 2 * DAY)
    with pytest.raises(Conflict):
        end(world, posting)


def test_ending_a_posting_closes_its_area_and_keeps_the_record(world):
    posting = post(world)["posting"]
    posting_end(access=world.access("admin"), posting_id=posting, now=NOW + DAY, key="e")
    assert not sees(world, "neighbour", GRID, NOW + DAY)
    assert sees(world, "neighbour", GRID, NOW)
    assert Posting.objects.get(pk=posting).ends_at == NOW + DAY


def test_a_posting_that_never_began_is_withdrawn_and_the_log_keeps_it(world):
    posting = post(world, starts_at=NOW + DAY)["posting"]
    end(world, posting)
    assert not Posting.objects.filter(pk=posting).exists()
    assert AreaUserPermission.objects.filter(user=world.people["neighbour"]).count() == 1
    entry = AuditEntry.objects.get(action="posting.withdraw", subject="user:neighbour")
    assert entry.before["place"] == GRID


def test_both_the_person_and_the_place_remember_a_posting(world):
    post(world)
    subjects = AuditEntry.objects.filter(action="posting.add").values_list("subject", flat=True)
    assert set(subjects) == {"user:neighbour", f"area:{GRID}"}


def test_a_deputy_stands_in_within_dates(world):
    posting = post(
        world, username="colleague", role="squad_leader", place="500115001", deputy_of="leader_of_squad",
        ends_at=NOW + 7 * DAY,
    )["posting"]  # fmt: skip
    assert Posting.objects.get(pk=posting).deputy_of == world.people["leader_of_squad"]
    assert Role.SQUAD_LEADER in access_for(world.people["colleague"], now=NOW).roles
    assert Role.SQUAD_LEADER not in access_for(world.people["colleague"], now=NOW + 8 * DAY).roles


def test_a_deputy_has_a_last_day_and_is_somebody_else(world):
    deputy = {"username": "colleague", "role": "squad_leader", "place": "500115001"}
    with pytest.raises(BadInput) as refused:
        post(world, deputy_of="leader_of_squad", **deputy)
    assert refused.value.field == "ends_at"
    with pytest.raises(BadInput) as refused:
        post(world, deputy_of="colleague", ends_at=NOW + DAY, **deputy)
    assert refused.value.field == "deputy_of"
    assert not Posting.objects.filter(deputy_of__isnull=False).exists()


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"role": "bureau"}, BadInput),
        ({"role": "unit_handler"}, BadInput),
        ({"role": "grid_worker", "place": "unit:cs-clean"}, BadInput),
        ({"role": "emperor"}, BadInput),
        ({"ends_at": NOW - DAY}, BadInput),
        ({"place": "500106001001001"}, NotFound),
        ({"place": "unit:spb-clean", "role": "unit_handler"}, NotFound),
        ({"place": "unit:none", "role": "unit_handler"}, NotFound),
        ({"username": "stranger"}, NotFound),
        ({"username": "nobody-at-all"}, NotFound),
        ({"username": "admin", "role": "bureau", "place": "500115"}, NotAllowed),
    ],
)
def test_a_posting_that_cannot_be_is_refused(world, given, error):
    with pytest.raises(error):
        post(world, **given)
    assert not AuditEntry.objects.filter(action="posting.add").exists()


def test_nobody_ends_their_own_posting(world):
    own = world.people["admin"].postings.get()
    with pytest.raises(NotAllowed):
        end(world, own.pk)


def test_the_same_role_twice_in_the_same_place_is_refused(world):
    post(world, key="a")
    with pytest.raises(Conflict):
        post(world, key="b", starts_at=NOW + DAY)


def test_nobody_is_posted_to_a_retired_area_or_a_closed_unit(world):
    world.areas[GRID].valid_to = NOW.date()
    world.areas[GRID].save()
    world.units["cs-clean"].active = False
    world.units["cs-clean"].save()
    with pytest.raises(Conflict):
        post(world, key="a")
    with pytest.raises(Conflict):
        post(world, key="b", role="unit_handler", place="unit:cs-clean")


def test_a_closed_login_is_not_posted(world):
    world.people["neighbour"].is_active = False
    world.people["neighbour"].save()
    with pytest.raises(Conflict):
        post(world)


def test_an_end_in_the_past_is_refused(world):
    posting = post(world)["posting"]
    with pytest.raises(BadInput):
        end(world, posting, ends_at=NOW - DAY)


def test_the_administrator_next_door_and_a_role_without_the_right_are_refused(world, fresh):
    mine = world.people["worker"].postings.get()
    with pytest.raises(NotFound):
        end(world, mine.pk, who="stranger_admin", key=fresh())
    for who in ("bureau", "station", "worker"):
        with pytest.raises(NotAllowed):
            end(world, mine.pk, who=who, key=fresh())
        with pytest.raises(NotAllowed):
            post(world, who=who, key=fresh())
    mine.refresh_from_db()
    assert mine.ends_at is None
