"""What is owed to whom beyond the inbox, written with the notice."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from grids.models import Posting
from notices.channels import Message
from notices.models import ChannelDelivery, Notice
from notices.selectors import notices_for, unread_count
from notices.services.inbox import notices_read, notices_send, notices_withdraw
from notices.wishes import person_of, wish_of
from tests.cast import BEGAN, NOW
from tests.notices.people import (
    FACTS,
    MORNING,
    NIGHT,
    a_person,
    a_reader,
    a_robot,
    a_unit,
    tell,
    wishes,
)

pytestmark = pytest.mark.django_db
HOST = "https://qyapi.weixin.qq.com"


def owed() -> list[tuple[str, str]]:
    return list(ChannelDelivery.objects.order_by("pk").values_list("channel", "target"))


def test_without_wishes_there_is_the_inbox_alone_and_it_costs_three_statements() -> None:
    people = [a_person(f"p{n}", unit=None) for n in range(3)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        tell(*people)
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == 3
    assert (Notice.objects.count(), owed()) == (3, [])


def test_a_letter_is_owed_to_whoever_confirmed_an_address_and_wants_the_kind() -> None:
    reader, other = a_reader(), a_person("unconfirmed", email="b@city.example")
    wishes(other, confirmed=False)
    tell(reader, other)
    assert owed() == [("email", f"user:{reader.pk}")]
    tell(reader, kind="closed", cause="c2")  # one's own reports: not wanted
    reader.email = "another@city.example"
    reader.save()
    tell(reader, cause="c3")  # not the address that was confirmed
    assert len(owed()) == 1


def test_a_closed_login_is_owed_nothing() -> None:
    reader = a_reader()
    reader.is_active = False
    reader.save()
    tell(reader)
    assert owed() == []


def test_the_robots_of_the_units_somebody_works_in_are_told(settings: Any) -> None:
    unit, other = a_unit(), a_unit("cs-green")
    member, posted, outside = a_person("m", unit=unit), a_person("p"), a_person("o", unit=other)
    Posting.objects.create(user=posted, role=Role.UNIT_HANDLER, unit=unit, starts_at=BEGAN)
    robot = a_robot(unit, HOST)
    a_robot(unit, HOST, active=False)
    a_robot(unit, HOST, groups=["supervision"])
    tell(member, posted, outside)
    assert owed() == [("robot", f"robot:{robot.pk}")] * 2


@pytest.mark.parametrize("kind", ["closed", "looks"])
def test_what_concerns_a_person_alone_is_never_said_in_a_group(kind: str) -> None:
    unit = a_unit()
    a_robot(unit, HOST, groups=["work", "reports", "privacy"])
    tell(a_person(unit=unit), kind=kind)
    assert owed() == []


def test_the_same_happening_is_owed_once() -> None:
    reader = a_reader()
    for _time in range(3):
        tell(reader)
    tell(reader, now=NOW + timedelta(hours=1))
    assert len(owed()) == 1


def test_what_is_taken_back_was_never_owed() -> None:
    reader = a_reader()
    with transaction.atomic():
        tell(reader)
        transaction.set_rollback(True)
    assert (owed(), Notice.objects.count()) == ([], 0)


def test_a_notice_withdrawn_is_not_sent_either() -> None:
    reader = a_reader()
    tell(reader)
    assert notices_withdraw(link=f"/cases/{FACTS['number']}/", recipients=[reader.pk]) == 1
    assert owed() == []


def test_in_quiet_hours_the_inbox_has_it_and_the_rest_waits_for_the_morning() -> None:
    unit = a_unit()
    reader = a_reader(unit=unit)
    a_robot(unit, HOST, quiet_from="18:00", quiet_to="08:30")
    tell(reader, now=NIGHT)
    assert unread_count(reader.pk, now=NIGHT) == 1
    due = dict(ChannelDelivery.objects.values_list("channel", "due_at"))
    assert due == {"email": MORNING, "robot": MORNING + timedelta(minutes=90)}


def test_an_emergency_sounds_at_once() -> None:
    reader = a_reader()
    tell(reader, now=NIGHT, urgent=True)
    assert Notice.objects.get().urgent
    delivery = ChannelDelivery.objects.get()
    assert (delivery.due_at, delivery.next_at, delivery.urgent) == (NIGHT, NIGHT, True)


def test_before_its_moment_nobody_sees_a_notice_or_hears_of_it() -> None:
    reader = a_reader()
    tell(reader, now=NIGHT, not_before=MORNING)
    assert unread_count(reader.pk, now=NIGHT) == 0
    assert notices_read(user_id=reader.pk, notice_ids=None, now=NIGHT) == 0
    assert not notices_for(reader.pk, now=NIGHT).exists()
    assert unread_count(reader.pk, now=MORNING) == 1
    assert ChannelDelivery.objects.get().due_at == MORNING


def test_many_messages_are_written_in_few_statements() -> None:
    people = [a_reader(f"r{n}", f"r{n}@city.example") for n in range(4)]
    ids = [person.pk for person in people]
    messages = [Message(ids, "warning", FACTS, "/", f"c{n}") for n in range(25)]
    with CaptureQueriesContext(connection) as queries:
        notices_send(messages=messages, now=NOW)
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) <= 6
    assert ChannelDelivery.objects.count() == Notice.objects.count() == 100
    with CaptureQueriesContext(connection) as queries:
        notices_send(messages=[], now=NOW)
    assert len(queries) <= 2


def test_whoever_said_nothing_has_the_quiet_hours_of_the_unit() -> None:
    field, office = a_person("f", unit=a_unit()), a_person("o")
    hours = [person_of(user).quiet for user in (field, office)]
    assert [(str(q.begins), str(q.ends)) for q in hours if q] == [
        ("21:00:00", "07:00:00"),
        ("18:00:00", "09:00:00"),
    ]
    assert wish_of(office).pk is None
