"""A colleague who left long ago is a number: name, login, phone and e-mail go, what they did stays."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from accounts.services.leavers import user_pseudonymise, users_forget_due
from accounts.services.people import user_deactivate, user_reactivate
from cases.models import CaseEvent
from core.errors import Conflict
from tests.cast import NOW, World
from tests.walk import report


def left(world: World) -> User:
    """A grid worker who reported something and left."""
    report(world, "worker")
    person = world.people["worker"]
    User.objects.filter(pk=person.pk).update(phone="13899990000", email="jia@example.org")
    user_deactivate(user=person, now=NOW, actor_id=world.people["admin"].pk)
    return User.objects.get(pk=person.pk)


def test_after_the_time_of_keeping_who_they_were_is_gone(world: World, settings: Any) -> None:
    settings.STAFF_KEPT_DAYS = 30
    person = left(world)
    assert users_forget_due(now=NOW + timedelta(days=30)) == 0
    assert users_forget_due(now=NOW + timedelta(days=31)) == 1
    assert users_forget_due(now=NOW + timedelta(days=31)) == 0
    person.refresh_from_db()
    assert (person.phone, person.email) == ("", "")
    assert "甲" not in person.name
    assert person.username == f"gone-{person.pk}"
    assert not person.has_usable_password()
    assert CaseEvent.objects.get().actor_id == person.pk


def test_whoever_works_here_is_not_forgotten(world: World, settings: Any) -> None:
    settings.STAFF_KEPT_DAYS = 1
    assert users_forget_due(now=NOW + timedelta(days=9999)) == 0
    with pytest.raises(Conflict):
        user_pseudonymise(user=world.people["worker"], now=NOW, actor_id=None)


def test_zero_days_keep_everybody(world: World, settings: Any) -> None:
    settings.STAFF_KEPT_DAYS = 0
    left(world)
    assert users_forget_due(now=NOW + timedelta(days=9999)) == 0


def test_a_login_closed_before_days_were_written_down_counts_from_the_first_run(
    world: World, settings: Any
) -> None:
    settings.STAFF_KEPT_DAYS = 30
    person = left(world)
    User.objects.filter(pk=person.pk).update(closed_at=None)
    assert users_forget_due(now=NOW + timedelta(days=400)) == 0
    assert users_forget_due(now=NOW + timedelta(days=431)) == 1


def test_who_came_back_starts_anew_and_who_is_forgotten_does_not_come_back(world: World) -> None:
    person = left(world)
    user_reactivate(user=person, now=NOW, actor_id=None)
    assert User.objects.get(pk=person.pk).closed_at is None
    user_deactivate(user=person, now=NOW, actor_id=None)
    for _time in range(2):
        user_pseudonymise(user=person, now=NOW, actor_id=None)
    with pytest.raises(Conflict):
        user_reactivate(user=person, now=NOW, actor_id=None)
