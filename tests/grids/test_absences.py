"""An absence: who may enter it, what it may say, how it is changed, ended and remembered."""

from datetime import timedelta
from typing import Any

import pytest

from core.errors import BadInput, Conflict, NotFound
from core.models import AuditEntry
from grids.models import Absence
from grids.services.absences import AbsenceAbout, absence_change, absence_end, absence_enter
from tests.cast import NOW
from tests.roster import DAY, HOUR, away


def enter(world, who, username="", key="k", now=NOW, **more):
    given: dict[str, Any] = {"kind": "leave", "starts_at": NOW + DAY, "ends_at": NOW + 3 * DAY} | more
    return absence_enter(
        access=world.access(who), username=username or who, about=AbsenceAbout(**given), now=now, key=key
    )


def test_everybody_enters_their_own_and_the_answer_says_whether_it_has_begun(world):
    assert not enter(world, "officer")["begun"]
    assert enter(world, "worker", starts_at=NOW - HOUR)["begun"]
    row = Absence.objects.get(person=world.people["officer"])
    assert (row.kind, row.entered_by, row.entered_at) == ("leave", world.people["officer"], NOW)
    assert Absence.objects.get(person=world.people["worker"]).handed_at == NOW


@pytest.mark.parametrize(
    ("who", "whose"),
    [
        ("leader_of_squad", "officer"),
        ("leader_of_squad", "worker"),
        ("clean_head", "cleaner"),
        ("admin", "officer"),
        ("admin", "cleaner"),
    ],
)
def test_who_leads_and_the_administrator_enter_it_for_others(world, who, whose):
    assert enter(world, who, whose)["person"] == whose
    assert Absence.objects.get().entered_by == world.people[who]


@pytest.mark.parametrize(
    ("who", "whose"),
    [
        ("officer", "colleague"),
        ("leader_of_squad", "neighbour"),
        ("leader_of_squad", "cleaner"),
        ("leader_of_squad", "station"),
        ("clean_head", "gardener"),
        ("green_head", "cleaner"),
        ("stranger_admin", "officer"),
        ("station", "officer"),
        ("officer", "nobody-at-all"),
    ],
)
def test_nobody_else_does(world, who, whose):
    with pytest.raises(NotFound):
        enter(world, who, whose)
    assert not Absence.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"ends_at": NOW + DAY}, "ends_at"),
        ({"ends_at": NOW}, "ends_at"),
        ({"starts_at": NOW - 2 * DAY, "ends_at": NOW - HOUR}, "ends_at"),
        ({"starts_at": NOW - 32 * DAY}, "starts_at"),
        ({"ends_at": NOW + 368 * DAY}, "ends_at"),
        ({"kind": "bored"}, "kind"),
        ({"deputy": "worker"}, "deputy"),
        ({"deputy": "neighbour"}, "deputy"),
        ({"deputy": "officer"}, "deputy"),
        ({"deputy": "nobody-at-all"}, "deputy"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(world, given, field):
    with pytest.raises(BadInput) as refused:
        enter(world, "officer", **given)
    assert refused.value.field == field


def test_a_deputy_holds_the_role_in_the_same_place_or_above(world):
    assert enter(world, "officer", deputy="colleague")["warnings"] == []
    assert enter(world, "worker", deputy="worker2")["warnings"] == []
    with pytest.raises(BadInput):
        enter(world, "colleague", deputy="leader_of_squad")


def test_a_deputy_who_is_away_as_well_is_taken_and_said_to_be(world):
    away(world, "colleague", since=NOW + 2 * DAY)
    assert len(enter(world, "officer", deputy="colleague")["warnings"]) == 1


@pytest.mark.parametrize(("begins", "ends"), [(0, 2), (2, 5), (1, 3), (0, 9)])
def test_two_absences_of_one_person_never_overlap(world, begins, ends):
    enter(world, "officer")
    with pytest.raises(Conflict):
        enter(world, "officer", key="b", starts_at=NOW + begins * DAY, ends_at=NOW + ends * DAY)
    assert enter(world, "colleague", starts_at=NOW + begins * DAY, ends_at=NOW + ends * DAY)


def test_one_may_begin_when_the_other_ends(world):
    enter(world, "officer")
    assert enter(world, "officer", key="b", starts_at=NOW + 3 * DAY, ends_at=NOW + 4 * DAY)


def test_an_absence_may_lie_over_the_turn_of_a_year(world):
    days = (NOW.replace(month=12, day=28), NOW.replace(year=2027, month=1, day=9))
    assert enter(world, "officer", starts_at=days[0], ends_at=days[1])


def test_the_same_key_again_is_one_absence(world):
    assert enter(world, "officer") == enter(world, "officer")
    assert Absence.objects.count() == 1


def change(world, who, absence, now=NOW, **more):
    given: dict[str, Any] = {
        "kind": "leave",
        "starts_at": absence.starts_at,
        "ends_at": absence.ends_at,
    } | more
    return absence_change(
        access=world.access(who), absence_id=absence.pk, about=AbsenceAbout(**given), now=now, key="c"
    )


def test_one_that_has_not_begun_may_be_moved(world):
    absence = Absence.objects.get(pk=enter(world, "officer")["absence"])
    change(world, "leader_of_squad", absence, starts_at=NOW + 2 * DAY, ends_at=NOW + 4 * DAY, kind="training")
    absence.refresh_from_db()
    assert (absence.kind, absence.starts_at) == ("training", NOW + 2 * DAY)


def test_one_that_has_begun_keeps_its_beginning_and_may_be_longer(world):
    absence = away(world, "officer")
    change(world, "officer", absence, ends_at=NOW + 9 * DAY)
    absence.refresh_from_db()
    assert absence.ends_at == NOW + 9 * DAY
    with pytest.raises(BadInput):
        absence_change(
            access=world.access("officer"), absence_id=absence.pk, now=NOW, key="d",
            about=AbsenceAbout("leave", NOW + HOUR, NOW + DAY),
        )  # fmt: skip


def test_an_absence_ended_early_ends_now_and_one_not_begun_is_taken_out(world):
    begun, coming = away(world, "officer"), away(world, "colleague", since=NOW + DAY)
    absence_end(access=world.access("officer"), absence_id=begun.pk, now=NOW, key="a")
    absence_end(access=world.access("leader_of_squad"), absence_id=coming.pk, now=NOW, key="b")
    begun.refresh_from_db()
    assert begun.ends_at == NOW
    assert not Absence.objects.filter(pk=coming.pk).exists()
    with pytest.raises(Conflict):
        absence_end(access=world.access("officer"), absence_id=begun.pk, now=NOW + HOUR, key="c")
    with pytest.raises(Conflict):
        change(world, "officer", begun, now=NOW + HOUR, ends_at=NOW + DAY)


def test_somebody_elses_absence_is_not_found(world):
    absence = away(world, "officer")
    for who in ("colleague", "neighbour", "clean_head", "stranger_admin"):
        with pytest.raises(NotFound):
            absence_end(access=world.access(who), absence_id=absence.pk, now=NOW, key="e")
    with pytest.raises(NotFound):
        absence_end(access=world.access("officer"), absence_id=2**70, now=NOW, key="f")


def test_every_change_is_in_the_log_and_never_why_somebody_is_away(world):
    absence = Absence.objects.get(pk=enter(world, "officer", kind="sick")["absence"])
    change(world, "officer", absence, kind="sick", ends_at=NOW + 5 * DAY)
    absence_end(access=world.access("officer"), absence_id=absence.pk, now=NOW + 2 * DAY, key="e")
    rows = AuditEntry.objects.filter(subject="user:officer").order_by("pk")
    assert [row.action for row in rows] == ["absence.enter", "absence.change", "absence.end"]
    assert not any("sick" in str(row.before) + str(row.after) for row in rows)


def test_after_an_early_end_a_new_one_may_be_entered(world):
    absence = away(world, "officer")
    absence_end(access=world.access("officer"), absence_id=absence.pk, now=NOW, key="a")
    later = NOW + timedelta(minutes=1)
    assert enter(world, "officer", now=later, starts_at=later, ends_at=NOW + DAY)["begun"]
