"""The duty roster: turn by turn, by the week, copied, and never with somebody who can't."""

import itertools
from datetime import date
from typing import Any

import pytest

from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.models import AuditEntry
from grids.duty import Shift, Slot, last_week, monday_of, week_of
from grids.models import DutyTurn
from grids.services.duty import duty_turn_add, duty_turn_end, duty_week_copy, duty_week_set
from tests.cast import NOW
from tests.roster import DAY, HOUR, STREET, away, on_duty

MONDAY = date(2026, 11, 23)  # NOW is that day at 10:00


def add(world, who="leader_of_squad", key="k", **more):
    given: dict[str, Any] = {
        "place": STREET,
        "username": "officer",
        "starts_at": NOW,
        "ends_at": NOW + 12 * HOUR,
    } | more
    return duty_turn_add(access=world.access(who), now=NOW, key=key, **given)


def set_week(world, slots, who="leader_of_squad", key="w", now=NOW, monday=MONDAY):
    access = world.access(who)
    return duty_week_set(access=access, place=STREET, monday=monday, slots=slots, now=now, key=key)["changed"]


def on_days(world):
    """Who is on duty from when to when, in hours from midnight of that Monday."""
    begins = Slot(MONDAY, Shift.DAY).starts_at - 8 * HOUR
    rows = DutyTurn.objects.select_related("person").order_by("starts_at", "pk")
    return [(t.person.username, (t.starts_at - begins) / HOUR, (t.ends_at - begins) / HOUR) for t in rows]


def test_a_week_has_fourteen_slots_without_a_gap():
    slots = week_of(MONDAY)
    assert len(slots) == 14
    assert all(a.ends_at == b.starts_at for a, b in itertools.pairwise(slots))
    assert slots[0].key == "2026-11-23:day"
    assert monday_of(date(2027, 1, 3)) == date(2026, 12, 28)
    assert last_week(slots[1]).key == "2026-11-16:night"


@pytest.mark.parametrize(
    ("who", "place", "username"),
    [
        ("leader_of_squad", STREET, "officer"),
        ("admin", STREET, "officer"),
        ("clean_head", "unit:cs-clean", "cleaner"),
        ("admin", "unit:cs-clean", "clean_head"),
    ],
)
def test_the_leader_the_head_and_the_administrator_put_people_on_duty(world, who, place, username):
    add(world, who, place=place, username=username)
    turn = DutyTurn.objects.get()
    assert turn.person.username == username
    assert turn.entered_by.username == who


@pytest.mark.parametrize(
    ("who", "given", "error"),
    [
        ("officer", {}, NotAllowed),
        ("station", {}, NotAllowed),
        ("clean_head", {}, NotFound),
        ("leader_of_squad", {"place": "500115002"}, NotFound),
        ("leader_of_squad", {"place": "500115001001"}, NotFound),
        ("leader_of_squad", {"place": "unit:cs-clean"}, NotFound),
        ("stranger_admin", {}, NotFound),
        ("leader_of_squad", {"username": "worker"}, BadInput),
        ("leader_of_squad", {"username": "leader_of_squad"}, BadInput),
        ("leader_of_squad", {"username": "neighbour"}, BadInput),
        ("leader_of_squad", {"username": "nobody-at-all"}, BadInput),
        ("leader_of_squad", {"ends_at": NOW}, BadInput),
        ("leader_of_squad", {"starts_at": NOW - DAY, "ends_at": NOW - HOUR}, BadInput),
        ("leader_of_squad", {"ends_at": NOW + 8 * DAY}, BadInput),
    ],
)
def test_a_turn_that_cannot_be_is_refused(world, who, given, error):
    with pytest.raises(error):
        add(world, who, **given)
    assert not DutyTurn.objects.exists()


def test_nobody_is_on_duty_twice_at_once_nor_while_away(world):
    add(world)
    with pytest.raises(Conflict):
        add(world, key="b", starts_at=NOW + HOUR)
    assert add(world, key="c", username="colleague")
    away(world, "colleague", since=NOW + DAY)
    with pytest.raises(BadInput):
        add(world, key="d", username="colleague", starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)


def test_a_turn_ended_ends_now_and_one_not_begun_is_taken_out(world):
    begun, coming = on_duty(world, "officer"), on_duty(world, "officer", since=NOW + DAY)
    for n, turn in enumerate((begun, coming)):
        duty_turn_end(access=world.access("leader_of_squad"), turn_id=turn.pk, now=NOW, key=str(n))
    begun.refresh_from_db()
    assert begun.ends_at == NOW
    assert not DutyTurn.objects.filter(pk=coming.pk).exists()
    with pytest.raises(Conflict):
        duty_turn_end(access=world.access("leader_of_squad"), turn_id=begun.pk, now=NOW + HOUR, key="x")
    for who, error in (("officer", NotAllowed), ("colleague", NotFound), ("clean_head", NotFound)):
        with pytest.raises(error):
            duty_turn_end(access=world.access(who), turn_id=begun.pk, now=NOW, key="y")


def test_a_week_is_filled_in_slot_by_slot(world):
    slots = {"2026-11-23:night": "officer", "2026-11-24:day": "colleague", "2026-11-24:night": ""}
    assert set_week(world, slots) == 2
    assert on_days(world) == [("officer", 20, 32), ("colleague", 32, 44)]
    assert set_week(world, slots, key="again") == 0
    assert AuditEntry.objects.filter(action="duty.slot", subject=f"area:{STREET}").count() == 2


def test_a_slot_under_way_changes_from_now_on(world):
    set_week(world, {"2026-11-23:day": "officer"})
    assert set_week(world, {"2026-11-23:day": "colleague"}, key="b", now=NOW + HOUR) == 1
    assert on_days(world) == [("officer", 10, 11), ("colleague", 11, 20)]


def test_a_slot_that_is_over_stays_as_it_was(world):
    assert set_week(world, {"2026-11-23:day": "officer"}, now=NOW + DAY) == 0
    assert not DutyTurn.objects.exists()


def test_a_longer_turn_keeps_what_lies_outside_the_slot(world):
    add(world, starts_at=NOW, ends_at=NOW + 2 * DAY)
    assert set_week(world, {"2026-11-24:day": "colleague"}) == 1
    assert on_days(world) == [("officer", 10, 32), ("colleague", 32, 44), ("officer", 44, 58)]
    assert set_week(world, {"2026-11-24:day": ""}, key="b") == 1
    assert on_days(world) == [("officer", 10, 32), ("officer", 44, 58)]


def test_one_who_cannot_refuses_the_whole_week_beside_the_slot(world):
    away(world, "colleague", since=NOW + DAY)
    with pytest.raises(BadInput) as refused:
        set_week(world, {"2026-11-23:night": "officer", "2026-11-25:day": "colleague"})
    assert refused.value.field == "2026-11-25:day"
    assert not DutyTurn.objects.exists()


def test_the_week_before_is_copied_into_empty_slots_with_those_who_still_can(world):
    before = {"2026-11-17:day": "officer", "2026-11-18:day": "colleague", "2026-11-19:day": "officer"}
    set_week(world, before, monday=date(2026, 11, 16), now=NOW - 9 * DAY)
    set_week(world, {"2026-11-24:day": "colleague"}, key="own")
    away(world, "colleague", since=NOW + 2 * DAY)
    access = world.access("leader_of_squad")
    copied = duty_week_copy(access=access, place=STREET, monday=MONDAY, now=NOW, key="c")
    assert copied == {"changed": 1}
    assert [entry for entry in on_days(world) if entry[1] > 0] == [("colleague", 32, 44), ("officer", 80, 92)]
    with pytest.raises(NotAllowed):
        duty_week_copy(access=world.access("officer"), place=STREET, monday=MONDAY, now=NOW, key="d")
